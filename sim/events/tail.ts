import type { Event } from '../../cells/runtime/events.ts';
import { monotonicMicros } from '../../cells/runtime/time.ts';
import { EventFile } from './event-file.ts';
import { EventMerge, GapWatch, type Gap } from './merge.ts';

export interface EventTailOptions {
  /** Merged events, in order, never empty. */
  readonly onEvents: (events: readonly Event[]) => void;
  readonly onGap?: (gap: Gap) => void;
  /** Default 100. */
  readonly pollMs?: number;
  /** How long an event is held so that others may come before it: a part flushes 20 ms after the first of a batch. Default 60. */
  readonly holdMs?: number;
}

/**
 * Follows the event files of many parts and hands on their merge. It only reads: a part never waits for it.
 * Plain reads on a timer, since file watchers differ between systems and say nothing about rotation.
 */
export class EventTail {
  readonly #options: EventTailOptions;
  readonly #files = new Map<string, { readonly file: EventFile; readonly gaps: GapWatch }>();
  readonly #merge = new EventMerge();
  readonly #timer: NodeJS.Timeout;

  constructor(options: EventTailOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.poll(), options.pollMs ?? 100);
  }

  /** Follows a file, which need not exist yet. `from` says whether what already stands in it is read too. Twice is once. */
  add(path: string, from: 'start' | 'end' = 'start'): void {
    if (this.#files.has(path)) return;
    const late = from === 'end';
    this.#files.set(path, { file: new EventFile(path, late), gaps: new GapWatch(late) });
  }

  /** Reads what is left in the file, then lets it go. */
  remove(path: string): void {
    const entry = this.#files.get(path);
    if (!entry) return;
    this.#readFile(entry);
    entry.file.close();
    this.#files.delete(path);
  }

  /** Reads now, as the timer does. */
  poll(): void {
    for (const entry of this.#files.values()) this.#readFile(entry);
    this.#emit(monotonicMicros() - (this.#options.holdMs ?? 60) * 1000);
  }

  /** Reads everything to the end, hands it on without holding any back, and stops. */
  close(): void {
    clearInterval(this.#timer);
    for (const path of this.#files.keys()) this.remove(path);
    this.#emit(Infinity);
  }

  #emit(untilT: number): void {
    const events = this.#merge.take(untilT);
    if (events.length > 0) this.#options.onEvents(events);
  }

  #readFile({ file, gaps }: { readonly file: EventFile; readonly gaps: GapWatch }): void {
    const events = file.poll();
    for (const event of events) {
      const gap = gaps.check(event);
      if (gap) this.#options.onGap?.(gap);
    }
    this.#merge.push(events);
  }
}
