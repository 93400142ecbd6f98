import type { Event } from '../../cells/runtime/events.ts';
import type { Witness } from './witness.ts';

/** What stands and what does not: which parts are down, and what each router thinks of each cell. */
export class Standing implements Witness {
  /** Down since. */
  readonly #down = new Map<string, Event>();
  /** `router cell` → the router's last word on the cell. */
  readonly #health = new Map<string, Event>();

  happened(event: Event): void {
    switch (event.kind) {
      case 'part.died':
        this.#down.set(String(event['address']), event);
        break;
      case 'part.removed':
      case 'part.started':
      case 'part.replaced':
        this.#down.delete(String(event['address']));
        // A router that comes back has no opinion of anything.
        if (String(event['address']).startsWith('router/')) this.#forget(String(event['address']));
        break;
      case 'cell.state':
        this.#health.set(`${event.part} ${String(event['cell'])}`, event);
        break;
      default:
        break;
    }
  }

  isDown(address: string): boolean {
    return this.#down.has(address);
  }

  /** No router that has an opinion finds it anything else. */
  isServing(cell: string): boolean {
    for (const { health, cell: of } of this.words()) if (of === cell && health !== 'serving') return false;
    return true;
  }

  /** What every router said last. */
  *words(): Iterable<{ readonly cell: string; readonly health: string; readonly event: Event }> {
    for (const event of this.#health.values()) {
      yield { cell: String(event['cell']), health: String(event['health']), event };
    }
  }

  downParts(): readonly Event[] {
    return [...this.#down.values()];
  }

  #forget(router: string): void {
    for (const key of this.#health.keys()) if (key.startsWith(`${router} `)) this.#health.delete(key);
  }
}
