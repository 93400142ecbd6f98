import type { Event } from '../../cells/runtime/events.ts';
import type { CellMap } from '../../router/cell-map.ts';
import type { CellHealth, RouterStatus } from '../../router/contract.ts';
import { numberOf, textOf } from './event-fields.ts';

interface Router {
  readonly mapVersion: number;
  readonly health: Readonly<Record<string, CellHealth>>;
}

/** What routers held of cells, and where each tenant lived, as their records tell. */
export class RecordedRouting {
  #map: CellMap;
  #routers: ReadonlyMap<string, Router>;

  /** Before a router has said anything of a cell it found it serving: a run begins with a world that serves. */
  constructor(map: CellMap, routers: readonly string[], cells: readonly string[]) {
    this.#map = map;
    const health = Object.fromEntries(cells.map((cell) => [cell, 'serving' as const]));
    this.#routers = new Map(routers.map((router) => [router, { mapVersion: map.version, health }]));
  }

  copy(): RecordedRouting {
    const copy = new RecordedRouting(this.#map, [], []);
    copy.#routers = this.#routers;
    return copy;
  }

  get map(): CellMap {
    return this.#map;
  }

  /** True where the map is another one now. */
  take(event: Event): boolean {
    const router = this.#routers.get(event.part);
    if (event.kind === 'cell.state' && router) {
      const health = { ...router.health, [textOf(event, 'cell')]: healthOf(event) };
      this.#routers = new Map(this.#routers).set(event.part, { ...router, health });
      return false;
    }
    if (event.kind === 'map.changed' && router) {
      const mapVersion = numberOf(event, 'version') ?? router.mapVersion;
      this.#routers = new Map(this.#routers).set(event.part, { ...router, mapVersion });
      this.#map = { ...this.#map, version: Math.max(this.#map.version, mapVersion) };
      return false;
    }
    if (event.kind === 'move.flipped' || event.kind === 'tenant.added')
      return this.#home(event, textOf(event, 'to') || textOf(event, 'cell'));
    return event.kind === 'request.answered' && router !== undefined && this.#home(event, textOf(event, 'cell'));
  }

  /** By router, in order; null for one that does not run. */
  statuses(runs: (router: string) => boolean, mapReachable: boolean): readonly (RouterStatus | null)[] {
    return [...this.#routers].map(([address, { mapVersion, health }]) => {
      if (!runs(address)) return null;
      const cells = Object.entries(health).map(
        ([cell, word]) => [cell, { health: word, inFlight: 0, sinceMs: 0 }] as const,
      );
      return { mapVersion, mapSource: 'push', mapReachable, cells: Object.fromEntries(cells) };
    });
  }

  /** A router that sends a tenant elsewhere, or under a later epoch, has a map that says so. */
  #home(event: Event, cell: string): boolean {
    const tenant = textOf(event, 'tenant');
    const epoch = numberOf(event, 'epoch');
    if (tenant === '' || cell === '' || epoch === null) return false;
    const known = this.#map.tenants[tenant];
    if (known && known.epoch >= epoch) return false;
    const entry = { cell, epoch, override: known?.override === 'pinned' ? known.override : null };
    this.#map = { ...this.#map, tenants: { ...this.#map.tenants, [tenant]: entry } };
    return true;
  }
}

function healthOf(event: Event): CellHealth {
  const health = event['health'];
  return health === 'serving' || health === 'down' ? health : 'unknown';
}
