import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { UpstreamSocket, type SocketOwner, type UpstreamListener } from './upstream-socket.ts';

export interface PoolOptions {
  readonly socketsMax: number;
  /** An idle socket older than this is closed by us: shorter than the far side's own patience. In milliseconds. */
  readonly idleMsMax: number;
  /** So many connected sockets are kept beyond those in use, so that a request seldom waits for, or dies in, a connect. */
  readonly spare: number;
  /** An idle socket was closed by the far side. */
  readonly onIdleLost: () => void;
}

/** Keep-alive sockets to one far side, the most recently used first. */
export class UpstreamPool implements SocketOwner {
  readonly endpoint: Endpoint;
  readonly #options: PoolOptions;
  readonly #all = new Set<UpstreamSocket>();
  #idle: UpstreamSocket[] = [];
  /** Opened ahead of need and not connected yet. */
  readonly #opening = new Set<UpstreamSocket>();
  #warm = false;
  #closed = false;
  #sweeper: NodeJS.Timeout | null = null;

  constructor(endpoint: Endpoint, options: PoolOptions) {
    this.endpoint = endpoint;
    this.#options = options;
  }

  /** Sends one request; null where every socket is in use, and nothing was done. */
  send(bytes: Buffer | string, method: string, listener: UpstreamListener): UpstreamSocket | null {
    let socket = this.#idle.pop();
    if (!socket) {
      if (this.#all.size >= this.#options.socketsMax) return null;
      socket = this.#open();
    }
    socket.send(bytes, method, listener);
    if (this.#idle.length === 0) this.#refill();
    return socket;
  }

  /** Keeps spare sockets ready, or stops doing so and drops the idle ones (they lead to something that is down). */
  setWarm(warm: boolean): void {
    this.#warm = warm;
    if (warm) return this.#refill();
    for (const socket of this.#idle.splice(0)) this.#drop(socket);
  }

  close(): void {
    this.#closed = true;
    this.#warm = false;
    if (this.#sweeper) clearInterval(this.#sweeper);
    for (const socket of [...this.#all]) if (!socket.busy) this.#drop(socket);
  }

  /** Ends a socket whose answer nobody waits for any more. */
  discard(socket: UpstreamSocket): void {
    this.#drop(socket);
  }

  onFree(socket: UpstreamSocket): void {
    this.#opening.delete(socket);
    if (this.#closed) return this.#drop(socket);
    socket.idleSinceMs = performance.now();
    this.#idle.push(socket);
    this.#sweeper ??= setInterval(() => this.#sweep(), 1000).unref();
  }

  onGone(socket: UpstreamSocket, idle: boolean): void {
    this.#opening.delete(socket);
    if (!this.#all.delete(socket)) return;
    const at = this.#idle.indexOf(socket);
    if (at !== -1) this.#idle.splice(at, 1);
    if (idle && !this.#closed) this.#options.onIdleLost();
  }

  #open(): UpstreamSocket {
    const socket = new UpstreamSocket(this.endpoint, this);
    this.#all.add(socket);
    return socket;
  }

  #refill(): void {
    if (!this.#warm || this.#closed) return;
    const { spare, socketsMax } = this.#options;
    while (this.#idle.length + this.#opening.size < spare && this.#all.size < socketsMax)
      this.#opening.add(this.#open());
  }

  #drop(socket: UpstreamSocket): void {
    this.#opening.delete(socket);
    this.#all.delete(socket);
    socket.destroy();
  }

  #sweep(): void {
    const oldestMs = performance.now() - this.#options.idleMsMax;
    const kept = this.#idle.filter((socket) => socket.idleSinceMs >= oldestMs);
    for (const socket of this.#idle) if (socket.idleSinceMs < oldestMs) this.#drop(socket);
    this.#idle = kept;
    if (kept.length === 0 && this.#sweeper) {
      clearInterval(this.#sweeper);
      this.#sweeper = null;
    }
    this.#refill();
  }
}
