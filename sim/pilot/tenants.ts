import type { AuroraPort } from '../../cells/aurora-client/aurora-client.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { EventSink } from '../../cells/runtime/events.ts';
import type { Override, TenantEntry } from '../../router/cell-map.ts';
import { isTenantId } from '../../router/tenant.ts';
import type { InTurn } from './in-turn.ts';
import type { MapStore } from './map-store.ts';
import { drawFor, place } from './placement.ts';

export type PlacedTenant = TenantEntry & { readonly id: string };

/** Where there may be a place. */
export interface Room {
  /** Cells that take tenants nobody named a cell for. */
  readonly open: readonly string[];
  /** How many tenants each cell has, those on their way to it counted there too. */
  readonly loads: Readonly<Record<string, number>>;
}

export interface TenantsOptions {
  readonly store: MapStore;
  readonly cells: readonly string[];
  /** Each cell's Aurora, by the cell's id; a cell whose services are not Petri's may have none. */
  readonly auroras: ReadonlyMap<string, AuroraPort>;
  readonly maxTenants: number;
  readonly seed: number;
  readonly placement: () => 'least-loaded' | 'random';
  readonly room: () => Promise<Room>;
  /** Shared with whatever else changes where tenants live. */
  readonly inTurn: InTurn;
  readonly events: EventSink;
}

/** The first epoch of a tenant. */
const firstEpoch = 1;

/** Places tenants and keeps the override table. One change at a time: two adds never take the same last place. */
export class Tenants {
  readonly #options: TenantsOptions;

  constructor(options: TenantsOptions) {
    this.#options = options;
  }

  /**
   * Gives a tenant a home: first the cell learns it, then the map, so that no router ever sends one to a cell that does not
   * know it. Safe to repeat after any failure. Rejects `usage` for an id, cell or estate that cannot be, `unavailable` else.
   */
  add(id: string, cell: string | null): Promise<PlacedTenant> {
    return this.#options.inTurn.run(() => this.#add(id, cell));
  }

  /** Holds a tenant where it is, lets the router refuse it, or neither. */
  override(id: string, override: Override | null): Promise<PlacedTenant> {
    return this.#options.inTurn.run(() => this.#override(id, override));
  }

  async #add(id: string, cell: string | null): Promise<PlacedTenant> {
    if (!isTenantId(id)) {
      throw new RpcError('usage', `"${id}" is not a tenant's id: use 1 to 63 of a-z, 0-9 and -, not beginning with -`);
    }
    if (cell !== null && !this.#options.cells.includes(cell)) {
      throw new RpcError('usage', `there is no cell ${cell}: choose one of ${this.#options.cells.join(', ')}`);
    }
    const present = await this.#options.store.tenant(id);
    if (present) return this.#same(id, cell, present);
    const home = await this.#choose(id, cell);
    const { epoch } = await this.#tellCell(home, id);
    const entry: TenantEntry = { cell: home, epoch, override: null };
    if (await this.#options.store.change(id, null, entry)) {
      this.#options.events.record('tenant.added', { tenant: id, cell: home, epoch });
      return { id, ...entry };
    }
    // Somebody else has placed it between our look and our write: what the map says holds.
    const other = await this.#options.store.tenant(id);
    return this.#same(id, cell, other ?? entry);
  }

  #same(id: string, cell: string | null, entry: TenantEntry): PlacedTenant {
    if (cell !== null && cell !== entry.cell) {
      throw new RpcError(
        'usage',
        `${id} already lives in cell ${entry.cell}, and adding it does not move it to ${cell}`,
      );
    }
    return { id, ...entry };
  }

  async #choose(id: string, cell: string | null): Promise<string> {
    const { seed, maxTenants, placement, room } = this.#options;
    const { open, loads: tenants } = await room();
    const cells = cell === null ? open : [cell];
    const home = place({ cells, tenants, maxTenants, policy: placement(), draw: drawFor(seed, 'placement', id) });
    if (home !== null) return home;
    const full = cell === null ? `all ${cells.length} cells that take tenants have` : `cell ${cell} has`;
    throw new RpcError('usage', `${full} the maximum of ${maxTenants} tenants, so ${id} has no place`);
  }

  async #tellCell(cell: string, id: string): Promise<{ readonly epoch: number }> {
    const aurora = this.#options.auroras.get(cell);
    // A service of the user's own learns of a tenant by its first request.
    if (!aurora) return { epoch: firstEpoch };
    try {
      return await aurora.tx('tenant.put', { tenant: id, epoch: firstEpoch });
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const what = `cell ${cell} cannot take ${id} now, its Aurora writer does not answer`;
      throw new RpcError('unavailable', `${what}: repeat it once the cell serves`, { cause: error });
    }
  }

  async #override(id: string, override: Override | null): Promise<PlacedTenant> {
    const { store } = this.#options;
    for (let attempt = 0; attempt < 3; attempt++) {
      const present = await store.tenant(id);
      if (!present) throw new RpcError('usage', `there is no tenant ${id}: petri tenants lists them`);
      if (present.override === 'moving')
        throw new RpcError('unavailable', `${id} is on its way to another cell: repeat it in a moment`);
      const entry = { ...present, override };
      if (present.override === override || (await store.change(id, present, entry))) return { id, ...entry };
    }
    throw new RpcError('unavailable', `the entry of ${id} changed under our hands three times: repeat it`);
  }
}
