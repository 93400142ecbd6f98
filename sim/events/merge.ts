import type { Event } from '../../cells/runtime/events.ts';

/** The order of the merged log: by the machine's monotonic clock, then by life and the sequence within it. */
export function compareEvents(a: Event, b: Event): number {
  return a.t - b.t || (a.life < b.life ? -1 : a.life > b.life ? 1 : a.seq - b.seq);
}

/**
 * Merges what many files yield. A part writes its events some milliseconds after they happened, so an event is held until
 * everything that could stand before it has had its time; what comes later still (a part that was paused) goes out with the next batch.
 */
export class EventMerge {
  #held: Event[] = [];

  push(events: readonly Event[]): void {
    for (const event of events) this.#held.push(event);
  }

  /** Everything up to and including `untilT` (monotonic µs), in order. */
  take(untilT: number): Event[] {
    if (this.#held.length === 0) return [];
    const ready: Event[] = [];
    const later: Event[] = [];
    for (const event of this.#held) (event.t <= untilT ? ready : later).push(event);
    this.#held = later;
    return ready.sort(compareEvents);
  }
}

/** Events of one life that were never read: `expected` should have come, `seen` came. */
export interface Gap {
  readonly part: string;
  readonly life: string;
  readonly expected: number;
  readonly seen: number;
}

/** Watches the sequence numbers of one part's file. */
export class GapWatch {
  readonly #lastSeq = new Map<string, number>();
  #mayStartAnywhere: boolean;

  /** `joinedLate`: the file is read from its middle, so the first life seen may begin at any number. */
  constructor(joinedLate: boolean) {
    this.#mayStartAnywhere = joinedLate;
  }

  check(event: Event): Gap | null {
    const last = this.#lastSeq.get(event.life);
    const anywhere = last === undefined && this.#mayStartAnywhere;
    this.#mayStartAnywhere = false;
    const expected = (last ?? 0) + 1;
    if (last === undefined || event.seq > last) this.#remember(event);
    if (anywhere || event.seq <= expected) return null;
    return { part: event.part, life: event.life, expected, seen: event.seq };
  }

  /** Only the newest lives are kept: a part in a crash loop must not make this grow. */
  #remember(event: Event): void {
    this.#lastSeq.set(event.life, event.seq);
    if (this.#lastSeq.size > 8) {
      const oldest = this.#lastSeq.keys().next().value;
      if (oldest !== undefined) this.#lastSeq.delete(oldest);
    }
  }
}
