import { Pool } from 'undici';
import { monotonicMicros } from '../../cells/runtime/time.ts';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { nameTenant } from '../../router/tenant.ts';
import type { World } from '../world/world.ts';
import { outcomeOfFailure } from './outcome.ts';
import { RouterChoice } from './router-choice.ts';

/** Timeouts nest: client 10 s > router 5 s > alb 4 s > Aurora call 2 s. */
const timeoutMs = 10_000;
/** How often a router that fell silent is asked whether it answers again, in milliseconds. */
const probeEveryMs = 500;

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Failed {
  readonly kind: 'failed';
  /** As Node or undici names it: ECONNREFUSED, UND_ERR_HEADERS_TIMEOUT, … */
  readonly code: string;
}

export interface HttpRequest {
  readonly tenant: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: string | null;
  readonly key: string | null;
  /** Names and values in turn; without them those that Petri's own cells read are sent. */
  readonly headers?: readonly string[];
}

/** The way to the routers. */
export interface HttpPort {
  /** Calls `done` once. `wantBody` false leaves the body empty. */
  send(request: HttpRequest, wantBody: boolean, done: (result: Answered | Failed) => void): void;
  close(): Promise<void>;
}

/**
 * Requests to the routers, in turn among those that are there. `dispatch` with a bare handler and without promises or streams: the client shares the machine
 * with what it measures.
 */
export class HttpClient implements HttpPort {
  readonly #pools: readonly Pool[];
  readonly #choice: RouterChoice;
  readonly #tenantFrom: World['tenantFrom'];
  readonly #prober: NodeJS.Timeout;

  /** `connections`: at most so many to each router. */
  constructor(routers: readonly Endpoint[], connections: number, tenantFrom: World['tenantFrom']) {
    this.#choice = new RouterChoice(routers.length);
    this.#tenantFrom = tenantFrom;
    this.#prober = setInterval(() => this.#probe(), probeEveryMs);
    this.#prober.unref();
    this.#pools = routers.map(
      ({ host, port }) =>
        new Pool(`http://${host}:${port}`, {
          connections,
          pipelining: 1,
          keepAliveTimeout: 4000,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
          connect: { timeout: timeoutMs },
        }),
    );
  }

  /** A router that takes no connection got nothing: then another is asked at once. */
  send(request: HttpRequest, wantBody: boolean, done: (result: Answered | Failed) => void): void {
    this.#try(request, wantBody, new Set(), done);
  }

  #try(
    request: HttpRequest,
    wantBody: boolean,
    refusing: Set<number>,
    done: (result: Answered | Failed) => void,
  ): void {
    const router = this.#choice.next(nowMs(), refusing);
    const pool = router === null ? undefined : this.#pools[router];
    if (router === null || !pool) return done({ kind: 'failed', code: 'ECONNREFUSED' });
    this.#choice.sent(router, nowMs());
    const { path, headers } = nameTenant(this.#tenantFrom, request.tenant, request.path);
    const named = { path, headers: Object.entries(headers).flat() };
    this.#dispatch(pool, named, request, wantBody, (result) => {
      const refused = result.kind === 'failed' && outcomeOfFailure(result.code).outcome === 'refused';
      this.#choice.ended(router, refused ? 'refused' : result.kind === 'failed' ? 'lost' : 'answered', nowMs());
      if (!refused || refusing.size + 1 >= this.#pools.length) return done(result);
      this.#try(request, wantBody, refusing.add(router), done);
    });
  }

  #dispatch(
    pool: Pool,
    { path, headers }: { readonly path: string; readonly headers: string[] },
    request: Pick<HttpRequest, 'method' | 'body' | 'key' | 'headers'>,
    wantBody: boolean,
    done: (result: Answered | Failed) => void,
  ): void {
    if (request.key !== null) headers.push('idempotency-key', request.key);
    if (request.headers !== undefined) headers.push(...request.headers);
    else if (request.body !== null) headers.push('content-type', 'application/json');
    let status = 0;
    let answerHeaders: Answered['headers'] = {};
    let chunks: Buffer[] | null = null;
    pool.dispatch(
      { path, method: request.method, headers, body: request.body },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode, received) {
          status = statusCode;
          answerHeaders = received;
        },
        onResponseData(_controller, chunk) {
          if (wantBody) (chunks ??= []).push(chunk);
        },
        onResponseEnd() {
          const body =
            chunks === null ? '' : chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString();
          done({ kind: 'answered', status, headers: answerHeaders, body });
        },
        onResponseError(_controller, error) {
          done({ kind: 'failed', code: (error as NodeJS.ErrnoException).code ?? error.name });
        },
      },
    );
  }

  /** Any answer will do: one without a tenant is refused at once and touches no cell. */
  #probe(): void {
    if (this.#pools.length < 2) return;
    for (const router of this.#choice.toProbe()) {
      this.#choice.sent(router, nowMs());
      const nobodys = { path: '/', headers: [] };
      this.#dispatch(this.#pools[router]!, nobodys, { method: 'GET', body: null, key: null }, false, (result) =>
        this.#choice.ended(router, result.kind === 'failed' ? 'lost' : 'answered', nowMs()),
      );
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#prober);
    await Promise.all(this.#pools.map((pool) => pool.destroy()));
  }
}

function nowMs(): number {
  return monotonicMicros() / 1000;
}
