import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { HttpConnection } from './connection.ts';
import type { HttpLimits } from './limits.ts';
import { problem } from './problem.ts';
import type { HttpHandler } from './request.ts';

/** How often deadlines are looked at: one timer for all connections costs less than one each. */
const sweepMs = 25;

/** A listening HTTP/1.1 server. */
export class HttpListener {
  readonly #server: Server;
  readonly #connections = new Set<HttpConnection>();
  #sweeper: NodeJS.Timeout | null = null;

  constructor(handler: HttpHandler, limits: HttpLimits) {
    // A client may close its side after its request and still wants its answer.
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      if (this.#connections.size >= limits.connectionsMax) {
        const full = problem({
          status: 503,
          reason: 'too-many-connections',
          detail: `This listener has ${limits.connectionsMax} connections already.`,
          headerLines: 'retry-after: 1\r\nconnection: close\r\n',
        });
        socket.on('error', () => socket.destroy());
        socket.end(`${full.head}content-length: ${full.body.length}\r\n\r\n${full.body.toString()}`);
        socket.resume();
        socket.setTimeout(limits.lingerMs, () => socket.destroy());
        return;
      }
      const connection = new HttpConnection(socket, handler, limits);
      this.#connections.add(connection);
      socket.on('close', () => this.#forget(connection));
      this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs);
    });
  }

  /** Resolves with where it listens; port 0 lets the system choose. */
  listen(at: Endpoint): Promise<Endpoint> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: at.host, port: at.port, backlog: 1024 }, () => {
        this.#server.off('error', reject);
        resolve({ host: at.host, port: (this.#server.address() as AddressInfo).port });
      });
    });
  }

  /** Takes nothing new, lets the requests at work end for at most `graceMs`, then cuts what is left. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.close();
    const cut = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, graceMs);
    await closed;
    clearTimeout(cut);
    if (this.#sweeper) clearInterval(this.#sweeper);
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections) connection.checkDeadline(nowMs);
  }

  #forget(connection: HttpConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0 || !this.#sweeper) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }
}
