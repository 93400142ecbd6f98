import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeFrame, FrameReader, type Frame } from './frames.ts';
import type { RpcServer } from './rpc.ts';
import { writeTogether } from './write-together.ts';
import { RpcError } from './rpc-error.ts';

/** One connected and authenticated client, as the server sees it. */
export interface Peer {
  /** Sends a message that wants no answer. Dropped silently if the peer has gone. */
  notify(method: string, args: unknown): void;
  /** Called once, when the connection is gone. */
  onClose(listener: () => void): void;
  /** Bytes written that the peer has not taken yet; a sender of streams stops above a bound. */
  bufferedBytes(): number;
}

/** Answers one method. Throw an {@link RpcError} to choose the code that the caller sees; anything else becomes `bug`. */
export type Handler = (args: never, peer: Peer) => unknown;

export interface FramedServerOptions {
  readonly listen: { readonly host: string; readonly port: number } | { readonly path: string };
  /** The world's secret: a connection whose first frame does not carry it is closed. Null where the socket's own mode protects it. */
  readonly token: string | null;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly onConnect?: (peer: Peer) => void;
}

export interface FramedServer extends RpcServer {
  readonly server: Server;
}

/** Serves framed calls and resolves once it listens. Rejects with the system's error where it cannot. */
export async function serveFramed(options: FramedServerOptions): Promise<FramedServer> {
  const peers = new Set<SocketPeer>();
  const server = createServer({ noDelay: true }, (socket) => {
    const peer = new SocketPeer(socket);
    let welcome = options.token === null;
    const join = () => {
      peers.add(peer);
      options.onConnect?.(peer);
    };
    if (welcome) join();
    const reader = new FrameReader();
    socket.on('data', (chunk) => {
      try {
        for (const frame of reader.push(chunk)) {
          if (!welcome) {
            if (!isHello(frame, options.token)) return void socket.destroy();
            welcome = true;
            join();
          } else {
            void answer(options.handlers, frame, peer);
          }
        }
      } catch {
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      peers.delete(peer);
      peer.closed();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.listen, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    server,
    notifyAll(method, args) {
      for (const peer of peers) peer.notify(method, args);
    },
    close() {
      for (const peer of peers) peer.end();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

class SocketPeer implements Peer {
  readonly #socket: Socket;
  readonly #listeners: (() => void)[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  notify(method: string, args: unknown): void {
    this.send({ m: method, a: args });
  }

  onClose(listener: () => void): void {
    this.#listeners.push(listener);
  }

  bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  send(frame: Frame): void {
    writeTogether(this.#socket, encodeFrame(frame));
  }

  end(): void {
    this.#socket.destroy();
  }

  closed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function isHello(frame: Frame, token: string | null): boolean {
  if (!('m' in frame) || frame.m !== 'hello' || 'i' in frame) return false;
  const shown = (frame.a as { token?: unknown } | null)?.token;
  const given = Buffer.from(typeof shown === 'string' ? shown : '');
  const wanted = Buffer.from(token ?? '');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function answer(handlers: FramedServerOptions['handlers'], frame: Frame, peer: SocketPeer): Promise<void> {
  if (!('m' in frame)) return;
  const handler = Object.hasOwn(handlers, frame.m) ? handlers[frame.m] : undefined;
  const id = 'i' in frame ? frame.i : null;
  if (!handler) {
    if (id !== null) peer.send({ i: id, e: { code: 'no-such-method', message: `no method ${frame.m}` } });
    return;
  }
  try {
    const result = await handler(frame.a as never, peer);
    if (id !== null) peer.send({ i: id, r: result ?? null });
  } catch (error) {
    if (id === null) return;
    const code = error instanceof RpcError ? error.code : 'bug';
    peer.send({ i: id, e: { code, message: error instanceof Error ? error.message : String(error) } });
  }
}
