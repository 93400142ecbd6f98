import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { Time, Timer } from '../../../cells/runtime/time.ts';
import type { Answered, Failed, HttpPort, HttpRequest } from '../../traffic/http-client.ts';
import { RouterChoice } from '../../traffic/router-choice.ts';
import type { Life } from './life.ts';
import { HttpPool } from './virtual-http.ts';
import type { Network } from './wire.ts';

const timeoutMs = 10_000;
const probeEveryMs = 500;

/** The clients' way to the routers in virtual time: the real choice among them, over virtual requests. */
export class VirtualHttp implements HttpPort {
  readonly #time: Time;
  readonly #pools: readonly HttpPool[];
  readonly #choice: RouterChoice;
  readonly #prober: Timer | null;

  constructor(network: Network, life: Life, time: Time, routers: readonly Endpoint[]) {
    this.#time = time;
    this.#pools = routers.map((router) => new HttpPool(network, life, router));
    this.#choice = new RouterChoice(routers.length);
    this.#prober = routers.length > 1 ? time.every(probeEveryMs, () => this.#probe()) : null;
  }

  send(request: HttpRequest, wantBody: boolean, done: (result: Answered | Failed) => void): void {
    this.#try(request, wantBody, new Set(), done);
  }

  #try(
    request: HttpRequest,
    wantBody: boolean,
    refusing: Set<number>,
    done: (result: Answered | Failed) => void,
  ): void {
    const nowMs = this.#time.monotonicMs();
    const router = this.#choice.next(nowMs, refusing);
    if (router === null) return done({ kind: 'failed', code: 'ECONNREFUSED' });
    this.#choice.sent(router, nowMs);
    const end = (how: 'answered' | 'refused' | 'lost', result: Answered | Failed) => {
      timeout.cancel();
      this.#choice.ended(router, how, this.#time.monotonicMs());
      if (how !== 'refused' || refusing.size + 1 >= this.#pools.length) return done(result);
      this.#try(request, wantBody, refusing.add(router), done);
    };
    const headers: Record<string, string> = { 'x-tenant-id': request.tenant };
    if (request.key !== null) headers['idempotency-key'] = request.key;
    const { method, path, body } = request;
    const exchange = this.#pools[router]!.ask(
      { method, path, headers, body },
      ({ status, headers: told, body: value }) =>
        end('answered', {
          kind: 'answered',
          status,
          headers: told,
          body: wantBody ? JSON.stringify(value ?? null) : '',
        }),
      (failure) =>
        end(failure === 'unsent' ? 'refused' : 'lost', {
          kind: 'failed',
          code: failure === 'unsent' ? 'ECONNREFUSED' : 'ECONNRESET',
        }),
    );
    const timeout = this.#time.after(timeoutMs, () => {
      exchange.discard();
      end('lost', { kind: 'failed', code: 'UND_ERR_HEADERS_TIMEOUT' });
    });
  }

  #probe(): void {
    for (const router of this.#choice.toProbe()) {
      this.#choice.sent(router, this.#time.monotonicMs());
      const heard = (how: 'answered' | 'lost') => () => this.#choice.ended(router, how, this.#time.monotonicMs());
      this.#pools[router]!.ask({ method: 'GET', path: '/', headers: {}, body: null }, heard('answered'), heard('lost'));
    }
  }

  // eslint-disable-next-line typescript/require-await
  async close(): Promise<void> {
    this.#prober?.cancel();
    for (const pool of this.#pools) pool.close();
  }
}
