import type { Allowance, Pacer } from './pace.ts';
import { delayMs, isFree, resentAfterMs, type FlowEffect } from './rules.ts';

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

/** The rules of the moment for one flow, and the counts that it shares with others. */
export interface FlowRules {
  readonly effect: FlowEffect;
  /** Shared with every flow that goes this way over the link; null: no bound. */
  readonly pacer: Pacer | null;
  /** Shared with the other direction of the connection; null: no bound. */
  readonly allowance: Allowance | null;
}

type Item = { readonly chunk: Buffer } | 'end' | 'reset';

interface Waiting {
  item: Item;
  dueMs: number;
}

/** So many bytes may wait inside a flow before its source is held back. */
export const waitingBytesMax = 256 * 1024;

/** A timer may fire a fraction early; a wait of that length is not worth another. */
const earlyMs = 0.5;

/**
 * One direction of one connection:
 *
 *   source ──push──▶ [ stalled? late? narrow? ] ──▶ sink
 *
 * Bytes, the end and a reset come out in the order in which they went in, whatever the rules do meanwhile.
 * Without a rule nothing is queued, and a chunk is handed on in the same turn.
 */
export class Flow {
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #random: () => number;
  #rules: FlowRules;
  #free: boolean;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** What of the first that waits is on the line, and when it has crossed. */
  #onLine: { readonly bytes: number; readonly atMs: number } | null = null;
  #sinkFull = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(source: Source, sink: Sink, rules: FlowRules, random: () => number) {
    this.#source = source;
    this.#sink = sink;
    this.#rules = rules;
    this.#free = isFreeFlow(rules);
    this.#random = random;
  }

  push(item: Item): void {
    if (this.#free && this.#waiting.length === 0) {
      this.#deliver(item);
      this.#holdBack();
      return;
    }
    const { effect } = this.#rules;
    const lateMs = item === 'end' ? effect.closeLateMs : 0;
    const resentMs = effect.lossShare === 0 ? 0 : resentAfterMs(effect, this.#random());
    const dueMs = performance.now() + delayMs(effect, this.#random()) + resentMs + lateMs;
    this.#waiting.push({ item, dueMs: Math.max(dueMs, this.#waiting.at(-1)?.dueMs ?? 0) });
    if (typeof item === 'object') this.#waitingBytes += item.chunk.length;
    this.#release();
  }

  /** New rules, also for what waits already: a latency that has become less lets it go sooner. */
  apply(rules: FlowRules): void {
    if (rules.pacer !== this.#rules.pacer) this.#onLine = null;
    this.#rules = rules;
    this.#free = isFreeFlow(rules);
    const { latencyMs, jitterMs, closeLateMs } = rules.effect;
    const latestMs = performance.now() + latencyMs + jitterMs;
    for (const waiting of this.#waiting) {
      waiting.dueMs = Math.min(waiting.dueMs, latestMs + (waiting.item === 'end' ? closeLateMs : 0));
    }
    this.#release();
  }

  /** The sink takes bytes again. */
  drained(): void {
    this.#sinkFull = false;
    this.#release();
  }

  /** Forgets what waits. */
  discard(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#onLine = null;
  }

  #release(): void {
    const nowMs = performance.now();
    while (!this.#silent && !this.#sinkFull) {
      const next = this.#waiting[0];
      if (!next || next.dueMs > nowMs + earlyMs) break;
      if (typeof next.item === 'object') {
        if (!this.#sendPiece(next, next.item.chunk, nowMs)) break;
      } else {
        this.#waiting.shift();
        this.#deliver(next.item);
      }
    }
    this.#holdBack();
    this.#schedule();
  }

  /** Sends as much of the first chunk as may go in one piece now. False where it is on the line still. */
  #sendPiece(next: Waiting, chunk: Buffer, nowMs: number): boolean {
    const { pacer, allowance } = this.#rules;
    const allowed = Math.min(chunk.length, allowance?.leftBytes ?? chunk.length);
    if (pacer && !this.#onLine) {
      const bytes = Math.min(allowed, pacer.pieceBytes);
      this.#onLine = { bytes, atMs: pacer.reserve(bytes, nowMs) };
    }
    if (this.#onLine && this.#onLine.atMs > nowMs + earlyMs) return false;
    const bytes = Math.min(allowed, this.#onLine?.bytes ?? allowed);
    this.#onLine = null;
    allowance?.take(bytes);
    this.#waitingBytes -= bytes;
    if (bytes < chunk.length) next.item = { chunk: chunk.subarray(bytes) };
    else this.#waiting.shift();
    this.#deliver({ chunk: chunk.subarray(0, bytes) });
    return true;
  }

  get #silent(): boolean {
    return this.#rules.effect.stalled || this.#rules.allowance?.leftBytes === 0;
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const next = this.#waiting[0];
    if (!next || this.#silent || this.#sinkFull) return;
    const atMs = Math.max(next.dueMs, this.#onLine?.atMs ?? 0);
    this.#timer = setTimeout(() => this.#release(), Math.max(1, atMs - performance.now()));
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

function isFreeFlow({ effect, pacer, allowance }: FlowRules): boolean {
  return isFree(effect) && pacer === null && allowance === null;
}
