import type { Event } from '../../cells/runtime/events.ts';

/** Watches the sequence numbers of every life: where one is missing an event was lost. */
export class Gaps {
  readonly #lives = new Map<string, { seq: number }>();
  #first: string | null = null;
  #count = 0;

  take(event: Event): void {
    const life = this.#lives.get(event.life);
    if (!life) {
      this.#lives.set(event.life, { seq: event.seq });
      return;
    }
    // A record may begin within a life, so its first number says nothing.
    if (event.seq > life.seq + 1) this.#lost(event, life.seq);
    if (event.seq > life.seq) life.seq = event.seq;
  }

  /** One sentence; null where nothing is missing. */
  get reason(): string | null {
    if (this.#first === null) return null;
    return this.#count === 1 ? this.#first : `${this.#first}, and ${this.#count - 1} more gaps`;
  }

  #lost(event: Event, last: number): void {
    this.#count++;
    const lost = event.seq - last - 1;
    this.#first ??= `${lost} event${lost === 1 ? '' : 's'} of ${event.part} ${lost === 1 ? 'is' : 'are'} missing before its ${event.seq}th`;
  }
}
