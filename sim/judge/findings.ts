import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantId, InvariantVerdict, Violation } from './contract.ts';

const namedMax = 20;
const eventsMax = 10;

/** What one checker found: counted all, named the first twenty. */
export class Findings {
  readonly id: InvariantId;
  readonly #named: Violation[] = [];
  #count = 0;
  #unknown: string | null = null;

  constructor(id: InvariantId) {
    this.id = id;
  }

  get count(): number {
    return this.#count;
  }

  /** `events` may hold nulls; they are put in order, and the last ten are kept. */
  add(violation: Omit<Violation, 'events'> & { readonly events: readonly (Event | null | undefined)[] }): void {
    this.#count++;
    if (this.#named.length >= namedMax) return;
    const events = [...new Set(violation.events.filter((event) => event !== null && event !== undefined))];
    events.sort((a, b) => a.t - b.t);
    this.#named.push({ ...violation, events: events.slice(-eventsMax) });
  }

  /** Something could not be seen; the first reason is told. */
  doubt(reason: string): void {
    this.#unknown ??= reason;
  }

  verdict(looked: string): InvariantVerdict {
    const { id } = this;
    const common = { id, count: this.#count, violations: this.#named, looked };
    if (this.#count > 0) {
      const first = this.#named[0]!;
      return { ...common, state: 'violated', reason: `expected ${first.expected}; seen ${first.seen}` };
    }
    if (this.#unknown !== null) return { ...common, state: 'unknown', reason: this.#unknown };
    return { ...common, state: 'held', reason: null };
  }
}

/** `1,204 rows`, `1 row`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${count === 1 ? one : many}`;
}
