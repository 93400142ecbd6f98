import { createConnection, type Socket } from 'node:net';
import { encodeFrame, FrameReader, type Frame } from './frames.ts';
import type { RpcClient } from './rpc.ts';
import { RpcError } from './rpc-error.ts';
import { writeTogether } from './write-together.ts';

export interface FramedClientOptions {
  readonly connect: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Sent as the first frame; null where the server wants none. */
  readonly token: string | null;
  /** True: connects again after a loss, for ever. False: one connection, then closed. */
  readonly reconnect: boolean;
  /** The longest wait between two tries to connect, in milliseconds. Default 250. */
  readonly retryMsMax?: number;
  readonly onNotify?: (method: string, args: unknown) => void;
  readonly onConnect?: () => void;
  readonly onDisconnect?: (error: Error | null) => void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;
  readonly timer: NodeJS.Timeout | null;
}

/** One multiplexed connection to a framed server. Calls made while it is down fail at once as `not-sent`. */
export class FramedClient implements RpcClient {
  readonly #options: FramedClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | null = null;
  #ready = false;
  #closed = false;
  #nextId = 1;
  #tries = 0;
  #retry: NodeJS.Timeout | null = null;

  constructor(options: FramedClientOptions) {
    this.#options = options;
    this.#connect();
  }

  get connected(): boolean {
    return this.#ready;
  }

  /**
   * Calls one method. Rejects with an {@link RpcError}; `timeoutMs` counts from now, and a call that runs into it is `unknown`.
   */
  call<T>(method: string, args: unknown, timeoutMs: number | null = 2000): Promise<T> {
    const socket = this.#socket;
    if (!socket || !this.#ready) return Promise.reject(new RpcError('not-sent', `not connected to ${this.#where()}`));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const timer =
        timeoutMs === null
          ? null
          : setTimeout(() => {
              this.#waiting.delete(id);
              reject(new RpcError('unknown', `${method}: no answer from ${this.#where()} in ${timeoutMs} ms`));
            }, timeoutMs);
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, timer });
      writeTogether(socket, encodeFrame({ i: id, m: method, a: args }));
    });
  }

  notify(method: string, args: unknown): void {
    if (this.#socket && this.#ready) writeTogether(this.#socket, encodeFrame({ m: method, a: args }));
  }

  close(): void {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  /** Drops the current connection, so that the next one is made afresh; calls in flight become `unknown`. */
  breakConnection(): void {
    this.#socket?.destroy();
  }

  #where(): string {
    const { connect } = this.#options;
    return 'path' in connect ? connect.path : `${connect.host}:${connect.port}`;
  }

  #connect(): void {
    const reader = new FrameReader();
    const socket = createConnection({ ...this.#options.connect, noDelay: true } as never);
    this.#socket = socket;
    let failure: Error | null = null;
    socket.on('connect', () => {
      this.#tries = 0;
      this.#ready = true;
      if (this.#options.token !== null) socket.write(encodeFrame({ m: 'hello', a: { token: this.#options.token } }));
      this.#options.onConnect?.();
    });
    socket.on('data', (chunk) => {
      try {
        for (const frame of reader.push(chunk)) this.#take(frame);
      } catch (error) {
        failure = error as Error;
        socket.destroy();
      }
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      const wasReady = this.#ready;
      this.#ready = false;
      this.#socket = null;
      for (const [id, waiting] of this.#waiting) {
        this.#waiting.delete(id);
        if (waiting.timer) clearTimeout(waiting.timer);
        waiting.reject(new RpcError('unknown', `the connection to ${this.#where()} broke`));
      }
      if (wasReady || !this.#options.reconnect || this.#tries === 0) this.#options.onDisconnect?.(failure);
      if (this.#options.reconnect && !this.#closed) {
        const wait = Math.min(10 * 2 ** this.#tries++, this.#options.retryMsMax ?? 250);
        this.#retry = setTimeout(() => this.#connect(), wait);
      }
    });
  }

  #take(frame: Frame): void {
    if ('m' in frame) {
      this.#options.onNotify?.(frame.m, frame.a);
      return;
    }
    const waiting = this.#waiting.get(frame.i);
    if (!waiting) return;
    this.#waiting.delete(frame.i);
    if (waiting.timer) clearTimeout(waiting.timer);
    if ('e' in frame) waiting.reject(new RpcError(frame.e.code, frame.e.message));
    else waiting.resolve(frame.r);
  }
}

/** Connects once and resolves when connected. Rejects with `not-sent` where nobody listens or time runs out. */
export function connectFramed(
  options: Omit<FramedClientOptions, 'reconnect'>,
  timeoutMs = 2000,
): Promise<FramedClient> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      client.close();
      reject(new RpcError('not-sent', `no connection in ${timeoutMs} ms`));
    }, timeoutMs);
    const client = new FramedClient({
      ...options,
      reconnect: false,
      onConnect() {
        clearTimeout(timer);
        options.onConnect?.();
        resolve(client);
      },
      onDisconnect(error) {
        clearTimeout(timer);
        options.onDisconnect?.(error);
        reject(new RpcError('not-sent', error?.message ?? 'not connected', { cause: error }));
      },
    });
  });
}
