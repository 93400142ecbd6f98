import type { Event } from '../../cells/runtime/events.ts';

const ends: ReadonlySet<string> = new Set(['move.cleaned', 'move.rolled-back']);

/** The tenants that are on their way, by the events of their moves. */
export class OpenMoves {
  readonly #tenants = new Set<string>();

  get size(): number {
    return this.#tenants.size;
  }

  take(event: Event): void {
    if (!event.kind.startsWith('move.')) return;
    const tenant = String(event['tenant']);
    if (event.kind === 'move.begun') this.#tenants.add(tenant);
    else if (ends.has(event.kind)) this.#tenants.delete(tenant);
  }
}
