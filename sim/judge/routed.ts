import type { Event } from '../../cells/runtime/events.ts';

/** A router's record that no client has claimed for so long is a stranger's, in microseconds of the log. */
const strangerAfterT = 500_000;

interface Waiting {
  readonly event: Event;
  claimed: boolean;
}

/** Pairs what routers recorded with what Petri's clients recorded of the same attempts; what is left over was sent by somebody else. */
export class Routed {
  readonly #onStranger: (event: Event) => void;
  readonly #waiting = new Map<string, Waiting>();
  /** Claims that came before the router's own record. */
  readonly #early = new Map<string, Event>();
  #queue: Waiting[] = [];
  #head = 0;

  constructor(onStranger: (event: Event) => void) {
    this.#onStranger = onStranger;
  }

  /** A router recorded it. Returns the client's record of it, where that came first. */
  record(event: Event): Event | null {
    this.advance(event.t);
    const id = event['request'] as string;
    const early = this.#early.get(id);
    if (early) {
      this.#early.delete(id);
      return early;
    }
    const waiting = { event, claimed: false };
    this.#waiting.set(id, waiting);
    this.#queue.push(waiting);
    return null;
  }

  /** The log has come to this moment. */
  advance(nowT: number): void {
    this.#letGo(nowT - strangerAfterT);
  }

  /** A client was answered under the router's id. Returns the router's record, null where it has not come yet. */
  claim(id: string, client: Event): Event | null {
    const waiting = this.#waiting.get(id);
    if (!waiting) {
      this.#early.set(id, client);
      // A router that was killed took its last records with it.
      if (this.#early.size > 10_000) this.#early.delete(this.#early.keys().next().value!);
      return null;
    }
    this.#waiting.delete(id);
    waiting.claimed = true;
    return waiting.event;
  }

  /** Nothing more will be claimed. */
  end(): void {
    this.#letGo(Infinity);
  }

  #letGo(beforeT: number): void {
    while (this.#head < this.#queue.length) {
      const oldest = this.#queue[this.#head]!;
      if (!oldest.claimed) {
        if (oldest.event.t >= beforeT) break;
        this.#waiting.delete(oldest.event['request'] as string);
        this.#onStranger(oldest.event);
      }
      this.#head++;
    }
    if (this.#head < 1024 || this.#head * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}
