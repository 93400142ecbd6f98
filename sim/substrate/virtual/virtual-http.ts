import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { Life } from './life.ts';
import { noEffect } from '../../links/rules.ts';
import { keyOf, Wire, type Listener, type Network } from './wire.ts';

/** One request, without the bytes that carry it. Header names are in lower case. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What its JSON holds. */
  readonly body: unknown;
}

/** Answers once, or never. */
export type HttpHandle = (asked: Asked, tell: (told: Told) => void) => void;

interface HttpAccept {
  readonly kind: 'http';
  readonly handle: HttpHandle;
  readonly isWell: () => boolean;
}

/** `unsent`: surely without effect. `broken`: it was written, and no answer will come. */
export type ExchangeFailure = 'unsent' | 'broken';

const headBytes = 300;

/**
 * Listens for requests. Throws where the port is taken. Hands back what ends it. `isWell`: what it would answer a prober now,
 * where that needs no more than a look.
 */
export function serveHttp(
  network: Network,
  life: Life,
  at: Endpoint,
  handle: HttpHandle,
  isWell: () => boolean = () => false,
): () => void {
  const accept: HttpAccept = { kind: 'http', handle, isWell };
  const forget = network.listen(keyOf(at), { life, accept });
  if (!forget) throw new Error(`EADDRINUSE ${keyOf(at)}`);
  return forget;
}

interface Kept {
  readonly wire: Wire;
  handle: HttpHandle | null;
  exchange: Exchange | null;
}

/** One request on its way and its answer. */
export class Exchange {
  written = false;
  readonly #onTold: (told: Told) => void;
  readonly #onFailure: (failure: ExchangeFailure) => void;
  #over = false;
  kept: Kept | null = null;

  constructor(onTold: (told: Told) => void, onFailure: (failure: ExchangeFailure) => void) {
    this.#onTold = onTold;
    this.#onFailure = onFailure;
  }

  told(told: Told): void {
    if (this.#over) return;
    this.#over = true;
    this.#onTold(told);
  }

  failed(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onFailure(this.written ? 'broken' : 'unsent');
  }

  /** Nobody waits for it any more: its connection is of no use to another. */
  discard(): void {
    this.#over = true;
    this.kept?.wire.close(true);
  }
}

/** Kept connections of one life to one endpoint, each carrying one request at a time. */
export class HttpPool {
  readonly #network: Network;
  readonly #near: Life;
  readonly #key: string;
  readonly #purpose: string;
  readonly #onIdleLost: () => void;
  #idle: Kept[] = [];

  constructor(network: Network, near: Life, to: Endpoint, onIdleLost: () => void = () => {}) {
    this.#network = network;
    this.#near = near;
    this.#key = keyOf(to);
    this.#purpose = `http ${near.address} ${this.#key}`;
    this.#onIdleLost = onIdleLost;
  }

  ask(asked: Asked, onTold: (told: Told) => void, onFailure: (failure: ExchangeFailure) => void): Exchange {
    const exchange = new Exchange(onTold, onFailure);
    const kept = this.#idle.pop();
    if (kept) this.#write(kept, exchange, asked);
    else this.#connect(exchange, asked);
    return exchange;
  }

  /**
   * Whether a probe sent now would surely be answered well in no time: a kept connection, nobody hurt on the way, a far side that
   * is well. Then its messages need not be played.
   */
  get surelyWell(): boolean {
    const kept = this.#idle.at(-1);
    if (!kept) return false;
    const { link, far } = this.#network.resolve(this.#key);
    if (link && (link.effect !== noEffect || link.life.paused || !link.life.alive)) return false;
    const accept = far?.accept as HttpAccept | undefined;
    return far !== null && !far.life.paused && accept?.kind === 'http' && accept.isWell();
  }

  close(): void {
    for (const { wire } of this.#idle) wire.close(true);
    this.#idle = [];
  }

  #connect(exchange: Exchange, asked: Asked): void {
    const { link, far } = this.#network.resolve(this.#key);
    if (link ? !link.life.alive : far === null) return void this.#near.plan(100, () => exchange.failed());
    const wire = new Wire(this.#network, this.#near, link, this.#purpose);
    const kept: Kept = { wire, handle: null, exchange };
    exchange.kept = kept;
    wire.onNearLost = () => this.#lost(kept);
    if (link) this.#joinOverLink(kept, link.effect.resetAfterBytes === 0);
    else this.#join(kept, far);
    this.#near.plan(150, () => {
      if (!wire.closed && kept.exchange === exchange) this.#write(kept, exchange, asked);
    });
  }

  #joinOverLink(kept: Kept, resets: boolean): void {
    const { wire } = kept;
    const { link } = wire;
    if (resets) return wire.reset();
    // Over a cut link the connection is made, and continued once the link is whole.
    if (link && (link.effect.to.stalled || link.life.paused))
      return void this.#network.scheduler.plan(10_000, () => {
        if (!wire.closed) this.#joinOverLink(kept, false);
      });
    this.#join(kept, this.#network.resolve(this.#key).far);
    wire.released();
  }

  #join(kept: Kept, far: Listener | null): void {
    const accept = far?.accept as HttpAccept | undefined;
    if (!far || accept?.kind !== 'http') return kept.wire.reset();
    kept.handle = accept.handle;
    kept.wire.accepted(far.life);
  }

  #write(kept: Kept, exchange: Exchange, asked: Asked): void {
    kept.exchange = exchange;
    exchange.kept = kept;
    exchange.written = true;
    const { wire } = kept;
    wire.send(true, headBytes + (asked.body?.length ?? 0), () =>
      kept.handle?.(asked, (told) => {
        if (wire.closed) return;
        wire.send(false, headBytes, () => {
          if (kept.exchange !== exchange) return;
          kept.exchange = null;
          if (!wire.closed) this.#idle.push(kept);
          exchange.told(told);
        });
      }),
    );
  }

  #lost(kept: Kept): void {
    const { exchange } = kept;
    kept.exchange = null;
    if (exchange) return exchange.failed();
    const before = this.#idle.length;
    this.#idle = this.#idle.filter((each) => each !== kept);
    if (this.#idle.length < before) this.#onIdleLost();
  }
}
