import { delayMs, type FlowEffect } from './rules.ts';

/** Where a flow delivers: one side of a connection. `write` says false where the taker is slow. */
export interface Sink {
  write(chunk: Buffer): boolean;
  end(): void;
  reset(): void;
}

/** Where a flow comes from, as far as the flow may hold it back. */
export interface Source {
  pause(): void;
  resume(): void;
}

type Item = { readonly chunk: Buffer } | 'end' | 'reset';

interface Waiting {
  readonly item: Item;
  dueMs: number;
}

/** So many bytes may wait inside a flow before its source is held back. */
export const waitingBytesMax = 256 * 1024;

/**
 * One direction of one connection:
 *
 *   source ──push──▶ [ stalled? late? ] ──▶ sink
 *
 * Bytes, the end and a reset come out in the order in which they went in, whatever the rules do meanwhile.
 * Without a rule nothing is queued, and a chunk is handed on in the same turn.
 */
export class Flow {
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #random: () => number;
  #effect: FlowEffect;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #sinkFull = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(source: Source, sink: Sink, effect: FlowEffect, random: () => number) {
    this.#source = source;
    this.#sink = sink;
    this.#effect = effect;
    this.#random = random;
  }

  push(item: Item): void {
    const { stalled, latencyMs, jitterMs } = this.#effect;
    if (!stalled && latencyMs === 0 && jitterMs === 0 && this.#waiting.length === 0) {
      this.#deliver(item);
      this.#holdBack();
      return;
    }
    const dueMs = performance.now() + delayMs(this.#effect, this.#random());
    this.#waiting.push({ item, dueMs: Math.max(dueMs, this.#waiting.at(-1)?.dueMs ?? 0) });
    if (typeof item === 'object') this.#waitingBytes += item.chunk.length;
    this.#holdBack();
    this.#schedule();
  }

  /** New rules, also for what waits already: a latency that has become less lets it go sooner. */
  apply(effect: FlowEffect): void {
    this.#effect = effect;
    const latestMs = performance.now() + effect.latencyMs + effect.jitterMs;
    for (const waiting of this.#waiting) waiting.dueMs = Math.min(waiting.dueMs, latestMs);
    this.#release();
  }

  /** The sink takes bytes again. */
  drained(): void {
    this.#sinkFull = false;
    this.#release();
    this.#holdBack();
  }

  /** Forgets what waits. */
  discard(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #release(): void {
    const nowMs = performance.now();
    let count = 0;
    while (!this.#effect.stalled && !this.#sinkFull) {
      const next = this.#waiting[count];
      // A timer may fire a fraction early; a wait of that length is not worth another.
      if (!next || next.dueMs > nowMs + 0.5) break;
      count++;
      if (typeof next.item === 'object') this.#waitingBytes -= next.item.chunk.length;
      this.#deliver(next.item);
    }
    if (count > 0) this.#waiting.splice(0, count);
    this.#holdBack();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const next = this.#waiting[0];
    if (!next || this.#effect.stalled || this.#sinkFull) return;
    this.#timer = setTimeout(() => this.#release(), Math.max(1, next.dueMs - performance.now()));
  }

  #deliver(item: Item): void {
    if (item === 'end') this.#sink.end();
    else if (item === 'reset') this.#sink.reset();
    else if (!this.#sink.write(item.chunk)) this.#sinkFull = true;
  }

  #holdBack(): void {
    if (this.#sinkFull || this.#waitingBytes > waitingBytesMax) this.#source.pause();
    else this.#source.resume();
  }
}
