import { realRuntime } from '../../cells/runtime/runtime.ts';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { CellMap } from '../../router/cell-map.ts';
import { routerDecisions } from '../../router/decisions.ts';
import { defaultRouterPolicies, type RouterPolicies, type RouterSettings } from '../../router/contract.ts';
import { edgeLimits, type HttpLimits } from '../../router/http/limits.ts';
import { serveRouter, type ServingRouter } from '../../router/serve-router.ts';
import { eventually } from './until.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

type Answering = (request: SeenRequest, response: ServerResponse, socket: Socket) => void;

/** A real HTTP server that stands where a cell or a task is; probes are answered apart from requests. */
export class Upstream {
  readonly seen: SeenRequest[] = [];
  answering: Answering;
  probeStatus = 200;
  readonly server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(answering: Answering) {
    this.answering = answering;
    this.server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        if (request.url === '/health' || request.url === '/ready') {
          response.statusCode = this.probeStatus;
          return void response.end('{}');
        }
        const seen = {
          method: request.method!,
          url: request.url!,
          headers: request.headers,
          rawHeaders: request.rawHeaders,
          body: Buffer.concat(pieces).toString(),
        };
        this.seen.push(seen);
        this.answering(seen, response, request.socket);
      });
    });
    this.server.keepAliveTimeout = 60_000;
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(port = 0): Promise<Endpoint> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    return this.endpoint;
  }

  get endpoint(): Endpoint {
    return { host: '127.0.0.1', port: (this.server.address() as AddressInfo).port };
  }

  /** As a SIGKILL: nobody listens any more, every connection is reset. */
  die(): void {
    this.server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

export interface RecordedEvent {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface RouterWorld {
  readonly at: Endpoint;
  readonly serving: ServingRouter;
  readonly cells: Readonly<Record<string, Upstream>>;
  readonly events: RecordedEvent[];
  push(tenants: CellMap['tenants'], version: number): unknown;
  /** The records of requests, in order. */
  answered(): RecordedEvent[];
  stop(): Promise<void>;
}

export interface RouterWorldOptions {
  readonly policies?: Partial<RouterPolicies>;
  readonly limits?: Partial<HttpLimits>;
  readonly requestTimeoutMs?: number;
  readonly tenantFrom?: RouterSettings['tenantFrom'];
  readonly volume?: string;
}

/** A router in this process before cells a and b, tenant t01 in a, t02 in b; resolves once both cells serve. */
export async function startRouterWorld(options: RouterWorldOptions = {}): Promise<RouterWorld> {
  const events: RecordedEvent[] = [];
  const ok: Answering = (request, response) =>
    response.setHeader('x-cell-id', request.headers['x-cell-id'] ?? '').end('ok');
  const cells = { a: new Upstream(ok), b: new Upstream(ok) };
  const endpoints = { a: await cells.a.listen(), b: await cells.b.listen() };
  const serving = await serveRouter(
    {
      runtime: realRuntime,
      decisions: routerDecisions,
      config: {
        world: 'test',
        address: 'router/1',
        cell: null,
        token: 'secret',
        listen: { host: '127.0.0.1', port: 0 },
        admin: null,
        eventsFile: '',
        volume: options.volume ?? null,
        upstreams: {},
        settings: {
          cells: endpoints,
          tenantFrom: options.tenantFrom ?? 'header',
          requestTimeoutMs: options.requestTimeoutMs ?? 5000,
          policies: { ...defaultRouterPolicies, ...options.policies },
        },
      },
      events: { record: (kind, fields) => void events.push({ kind, ...fields }) },
    },
    { ...edgeLimits, ...options.limits },
  );
  const world: RouterWorld = {
    at: serving.at,
    serving,
    cells,
    events,
    push: (tenants, version) => serving.router.map.offer({ version, tenants }, 'push', 'test'),
    answered: () => events.filter((event) => event.kind === 'request.answered'),
    async stop() {
      cells.a.die();
      cells.b.die();
      await serving.stop();
    },
  };
  world.push({ t01: { cell: 'a', epoch: 3, override: null }, t02: { cell: 'b', epoch: 1, override: null } }, 1);
  await eventually('both cells serve', () =>
    Object.values(serving.router.status().cells).every((cell) => cell.health === 'serving'),
  );
  return world;
}
