import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';

export interface SeenRequest {
  readonly tenant: string;
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly body: string;
}

interface Row {
  version: number;
  value: string;
}

/** A service with the data plane's HTTP in a few lines, whose mistakes a test chooses. */
export class TinyService {
  readonly seen: SeenRequest[] = [];
  readonly rows = new Map<string, Row>();
  readonly #byKey = new Map<string, number>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  jobs = 0;
  /** Answers nothing before this (Date.now milliseconds). */
  stalledUntil = 0;
  /** A status to answer with instead, and whether the write takes effect all the same. */
  fails: { status: number; headers?: Record<string, string>; afterEffect: boolean } | null = null;

  async start(): Promise<Endpoint> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const tenant = String(request.headers['x-tenant-id']);
    const key = request.headers['idempotency-key'] ? String(request.headers['idempotency-key']) : null;
    const method = request.method ?? '';
    const path = request.url ?? '';
    this.seen.push({ tenant, method, path, key, body });
    const waitMs = this.stalledUntil - Date.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (this.fails && !this.fails.afterEffect) return this.#fail(response);
    const answer = this.#answer(tenant, method, path, key, body);
    if (this.fails && method !== 'GET') return this.#fail(response);
    response.writeHead(answer.status, { 'x-cell-id': 'a', 'x-cell-epoch': '1', ...answer.headers });
    response.end(answer.body);
  }

  #fail(response: ServerResponse): void {
    response.writeHead(this.fails?.status ?? 500, this.fails?.headers);
    response.end();
  }

  #answer(tenant: string, method: string, path: string, key: string | null, body: string) {
    if (path.startsWith('/jobs')) {
      if (method === 'GET') return { status: 200, headers: {}, body: '{"state":"done","attempts":1,"result":null}' };
      return { status: 202, headers: {}, body: `{"id":"j${++this.jobs}","queue":"standard"}` };
    }
    const place = tenant + path;
    if (method === 'PUT') {
      let version = key === null ? undefined : this.#byKey.get(key);
      if (version === undefined) {
        version = (this.rows.get(place)?.version ?? 0) + 1;
        this.rows.set(place, { version, value: JSON.stringify(JSON.parse(body).value) });
        if (key !== null) this.#byKey.set(key, version);
      }
      return { status: 200, headers: { etag: etagOf(this.rows.get(place)!) }, body: `{"version":${version}}` };
    }
    const row = this.rows.get(place);
    if (!row) return { status: 404, headers: {}, body: '{}' };
    return {
      status: 200,
      headers: { etag: etagOf(row) },
      body: `{"value":${row.value},"version":${row.version}}`,
    };
  }
}

function etagOf({ version, value }: Row): string {
  return `"${version}-${createHash('sha256').update(value).digest('hex').slice(0, 12)}"`;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
