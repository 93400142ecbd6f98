import type { Event } from '../../cells/runtime/events.ts';

interface Follower {
  readonly kinds: ReadonlySet<string> | null;
  readonly listener: (event: Event) => void;
}

/** The newest merged events, bounded, for `petri events` and for those who follow. */
export class EventRing {
  readonly #capacity: number;
  readonly #events: Event[] = [];
  readonly #followers = new Set<Follower>();
  /** Where the next event goes, once the ring is full. */
  #next = 0;

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  push(events: readonly Event[]): void {
    for (const event of events) {
      if (this.#events.length < this.#capacity) this.#events.push(event);
      else {
        this.#events[this.#next] = event;
        this.#next = (this.#next + 1) % this.#capacity;
      }
      for (const { kinds, listener } of this.#followers) if (!kinds || kinds.has(event.kind)) listener(event);
    }
  }

  /** The newest `limit` of these kinds (null: all), oldest first. */
  newest(limit: number, kinds: readonly string[] | null): Event[] {
    const wanted = kinds && new Set(kinds);
    const found: Event[] = [];
    for (let back = 1; back <= this.#events.length && found.length < limit; back++) {
      const event = this.#events[(this.#next - back + this.#events.length) % this.#events.length];
      if (event && (!wanted || wanted.has(event.kind))) found.push(event);
    }
    return found.reverse();
  }

  /** The newest event that answers yes, or null: for `petri why REQUEST`. */
  findNewest(matches: (event: Event) => boolean): Event | null {
    for (let back = 1; back <= this.#events.length; back++) {
      const event = this.#events[(this.#next - back + this.#events.length) % this.#events.length];
      if (event && matches(event)) return event;
    }
    return null;
  }

  /** Calls the listener for every later event of these kinds, until the returned function is called. */
  follow(kinds: readonly string[] | null, listener: (event: Event) => void): () => void {
    const follower = { kinds: kinds && new Set(kinds), listener };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}
