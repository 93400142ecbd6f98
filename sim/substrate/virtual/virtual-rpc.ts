import type { FramedClientOptions } from '../../../cells/protocol/client.ts';
import type { RpcClient, RpcServer } from '../../../cells/protocol/rpc.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { FramedServerOptions, Peer } from '../../../cells/protocol/server.ts';
import type { Timer } from '../../../cells/runtime/time.ts';
import type { Life } from './life.ts';
import { keyOf, Wire, type Network } from './wire.ts';

/** What a server of calls hands to a connection that reaches it. */
interface RpcAccept {
  readonly kind: 'rpc';
  readonly join: (wire: Wire, tell: (method: string, args: unknown) => void) => ServerPeer;
}

/** Frames are small; only bandwidth and byte bounds look at their size. */
const frameBytes = 200;

/**
 * Calls that only look, which parts make all the time: where nobody on the way is hurt they need no messages. What they would have
 * told a quarter of a millisecond later they tell at once.
 */
const looks: ReadonlySet<string> = new Set(['status', 'get', 'scan']);

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;
  readonly timer: Timer | null;
}

/** A framed connection in virtual time, with the promises and failures of the real one. */
export class VirtualRpcClient implements RpcClient {
  readonly #network: Network;
  readonly #life: Life;
  readonly #options: FramedClientOptions;
  readonly #key: string;
  readonly #waiting = new Set<Waiting>();
  #wire: Wire | null = null;
  #peer: ServerPeer | null = null;
  #ready = false;
  #closed = false;
  #tries = 0;
  #retry: Timer | null = null;

  constructor(network: Network, life: Life, options: FramedClientOptions) {
    this.#network = network;
    this.#life = life;
    this.#options = options;
    if ('path' in options.connect) throw new Error('a virtual world has no sockets in a file system');
    this.#key = keyOf(options.connect);
    life.plan(0, () => this.#connect());
  }

  get connected(): boolean {
    return this.#ready;
  }

  call<T>(method: string, args: unknown, timeoutMs: number | null = 2000): Promise<T> {
    const wire = this.#wire;
    if (!wire || !this.#ready) return Promise.reject(new RpcError('not-sent', `not connected to ${this.#key}`));
    if (looks.has(method) && wire.clear && this.#peer) {
      const seen = this.#peer.look(method, args);
      if (seen !== undefined) return Promise.resolve(seen as T);
    }
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        resolve: resolve as (value: unknown) => void,
        reject,
        timer:
          timeoutMs === null
            ? null
            : this.#life.plan(Math.round(timeoutMs * 1000), () => {
                if (!this.#waiting.delete(waiting)) return;
                reject(new RpcError('unknown', `${method}: no answer from ${this.#key} in ${timeoutMs} ms`));
              }),
      };
      this.#waiting.add(waiting);
      wire.send(true, frameBytes, () =>
        this.#peer?.handle(method, args, (answer) => this.#answer(wire, waiting, answer)),
      );
    });
  }

  notify(method: string, args: unknown): void {
    if (this.#ready) this.#wire?.send(true, frameBytes, () => this.#peer?.handle(method, args, null));
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    this.breakConnection();
  }

  breakConnection(): void {
    const wire = this.#wire;
    if (!wire) return;
    wire.close(true);
    this.#gone(wire, null);
  }

  /** Runs at the far side: the answer comes back over the connection that asked. */
  #answer(wire: Wire, waiting: Waiting, settle: (waiting: Waiting) => void): void {
    wire.send(false, frameBytes, () => {
      if (!this.#waiting.delete(waiting)) return;
      waiting.timer?.cancel();
      settle(waiting);
    });
  }

  #connect(): void {
    if (this.#closed) return;
    const { link, far } = this.#network.resolve(this.#key);
    const wire = new Wire(this.#network, this.#life, link, `wire ${this.#life.address} ${this.#key}`);
    this.#wire = wire;
    wire.onNearLost = () => this.#gone(wire, new Error('the connection broke'));
    const refused = link ? !link.life.alive : far === null;
    if (refused) return void this.#life.plan(100, () => this.#gone(wire, new Error('ECONNREFUSED')));
    // A link takes the connection itself; whether its far side does is seen after.
    this.#life.plan(150, () => {
      if (wire.closed || this.#wire !== wire) return;
      this.#tries = 0;
      this.#ready = true;
      this.#options.onConnect?.();
    });
    this.#reachFar(wire, link !== null);
  }

  #reachFar(wire: Wire, overLink: boolean): void {
    const join = () => {
      if (wire.closed) return;
      const { far } = this.#network.resolve(this.#key);
      const accept = far?.accept as RpcAccept | undefined;
      if (!far || accept?.kind !== 'rpc') return wire.reset();
      wire.accepted(far.life);
      far.life.now(() => {
        if (!wire.closed) this.#peer = accept.join(wire, (method, args) => this.#options.onNotify?.(method, args));
      });
    };
    if (overLink && this.#isCut(wire)) this.#whenOpen(wire, join);
    else this.#network.scheduler.plan(120, join);
  }

  #isCut(wire: Wire): boolean {
    return wire.link !== null && (wire.link.effect.to.stalled || wire.link.life.paused);
  }

  /** A connection made over a cut link is continued once it is whole. */
  #whenOpen(wire: Wire, join: () => void): void {
    const look = () => {
      if (wire.closed) return;
      if (this.#isCut(wire)) this.#network.scheduler.plan(10_000, look);
      else join();
    };
    look();
  }

  #gone(wire: Wire, error: Error | null): void {
    if (this.#wire !== wire) return;
    const wasReady = this.#ready;
    this.#wire = null;
    this.#peer = null;
    this.#ready = false;
    for (const waiting of this.#waiting) {
      waiting.timer?.cancel();
      waiting.reject(new RpcError('unknown', `the connection to ${this.#key} broke`));
    }
    this.#waiting.clear();
    const { reconnect, retryMsMax = 250, onDisconnect } = this.#options;
    if (wasReady || !reconnect || this.#tries === 0) onDisconnect?.(error);
    if (!reconnect || this.#closed) return;
    const waitMs = Math.min(10 * 2 ** this.#tries++, retryMsMax);
    this.#retry = this.#life.plan(waitMs * 1000, () => this.#connect());
  }
}

/** The server's side of one connection. */
class ServerPeer implements Peer {
  readonly #options: FramedServerOptions;
  readonly #wire: Wire;
  readonly #tell: (method: string, args: unknown) => void;
  readonly #onClose: (() => void)[] = [];

  constructor(options: FramedServerOptions, wire: Wire, tell: (method: string, args: unknown) => void) {
    this.#options = options;
    this.#wire = wire;
    this.#tell = tell;
  }

  notify(method: string, args: unknown): void {
    if (!this.#wire.closed) this.#wire.send(false, frameBytes, () => this.#tell(method, args));
  }

  onClose(listener: () => void): void {
    this.#onClose.push(listener);
  }

  bufferedBytes(): number {
    return 0;
  }

  closed(): void {
    for (const tell of this.#onClose) tell();
  }

  end(): void {
    this.#wire.close(false);
  }

  /** What the server says to a look; undefined where it refuses, which takes the long way. Whoever looks does not wait. */
  look(method: string, args: unknown): unknown {
    let seen: unknown;
    try {
      seen = this.#options.handlers[method]?.(args as never, this);
    } catch {
      return undefined;
    }
    if (seen instanceof Promise) throw new Error(`${method} is answered later: it is no look`);
    return seen;
  }

  handle(method: string, args: unknown, answer: ((settle: (waiting: Waiting) => void) => void) | null): void {
    const { handlers } = this.#options;
    const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    if (!handler) {
      const error = new RpcError('no-such-method', `no method ${method}`);
      return answer?.(({ reject }) => reject(error));
    }
    const fail = (error: unknown) =>
      answer?.(({ reject }) => {
        const code = error instanceof RpcError ? error.code : 'bug';
        reject(new RpcError(code, error instanceof Error ? error.message : String(error)));
      });
    let result: unknown;
    try {
      result = handler(args as never, this);
    } catch (error) {
      return void fail(error);
    }
    if (result instanceof Promise) {
      result.then((value: unknown) => answer?.(({ resolve }) => resolve(value ?? null)), fail);
      return;
    }
    const value = result ?? null;
    answer?.(({ resolve }) => resolve(value));
  }
}

/** Serves framed calls in virtual time. Rejects where the port is taken. */
export async function serveVirtual(network: Network, life: Life, options: FramedServerOptions): Promise<RpcServer> {
  if ('path' in options.listen) throw new Error('a virtual world has no sockets in a file system');
  const peers = new Set<ServerPeer>();
  const accept: RpcAccept = {
    kind: 'rpc',
    join(wire, tell) {
      const peer = new ServerPeer(options, wire, tell);
      peers.add(peer);
      wire.onFarLost = () => {
        peers.delete(peer);
        peer.closed();
      };
      options.onConnect?.(peer);
      return peer;
    },
  };
  const forget = network.listen(keyOf(options.listen), { life, accept });
  if (!forget) throw new Error(`EADDRINUSE ${keyOf(options.listen)}`);
  return {
    notifyAll(method, args) {
      for (const peer of peers) peer.notify(method, args);
    },
    async close() {
      forget();
      for (const peer of peers) peer.end();
    },
  };
}
