import type { Event } from '../../cells/runtime/events.ts';
import { cellOf, type Affected } from '../ledger/dependency.ts';
import { isXl, kindOf } from '../world/address.ts';

/** What a start may take on a busy machine beyond the service's own patience, in milliseconds. */
const startMsMax = 10_000;

interface Missing {
  readonly since: Event;
  readonly addresses: Set<string>;
  readonly cell: string | null;
}

/** A part that was killed and not brought back by its service, until somebody healed it. */
export interface NeverReplaced {
  readonly address: string;
  readonly missingMs: number;
  readonly event: Event;
}

/** Which kills a service left for others to heal. One during which anything else of the cell, or outside cells, was hurt says nothing. */
export class Replacements {
  readonly #missing = new Map<string, Missing>();
  /** Where each open fault is: a cell, or null outside cells. */
  readonly #open = new Map<string, ReadonlySet<string | null>>();
  readonly #afterMs: number;
  readonly neverReplaced: NeverReplaced[] = [];

  /** `replaceAfterMs`: how long a service waits before it replaces a task. */
  constructor(replaceAfterMs: number) {
    this.#afterMs = replaceAfterMs + startMsMax;
  }

  happened(event: Event): void {
    switch (event.kind) {
      case 'fault.injected':
        return this.#injected(event);
      case 'part.replaced':
      case 'part.started':
      case 'part.removed':
        for (const { addresses } of this.#missing.values()) addresses.delete(String(event['address']));
        return;
      case 'fault.healed':
        return this.#healed(event);
      case 'fault.gone':
        this.#missing.delete(String(event['fault']));
        this.#open.delete(String(event['fault']));
        return;
      default:
    }
  }

  #injected(event: Event): void {
    const id = String(event['fault']);
    const addresses = ((event['affected'] ?? []) as readonly Affected[]).map(({ address }) => address);
    const places = new Set(addresses.map(cellOf));
    for (const [other, { cell }] of this.#missing)
      if (places.has(cell) || places.has(null)) this.#missing.delete(other);
    const [cell = null] = places;
    const troubled = [...this.#open.values()].some((there) => there.has(cell) || there.has(null));
    this.#open.set(id, places);
    const left = event['what'] === 'kill' && event['hold'] === false && event['forMs'] === null;
    // A cell, the map, control and routers stay down, and XL workers come and go.
    const byService = addresses.every((address) => !isXl(address) && kindOf(address) !== 'router');
    if (left && String(event['target']).includes('/') && byService && !troubled && places.size === 1)
      this.#missing.set(id, { since: event, addresses: new Set(addresses), cell });
  }

  #healed(event: Event): void {
    const missing = this.#missing.get(String(event['fault']));
    for (const address of missing?.addresses ?? []) {
      const missingMs = Math.round((event.t - missing!.since.t) / 1000);
      if (missingMs > this.#afterMs) this.neverReplaced.push({ address, missingMs, event: missing!.since });
    }
  }
}
