import { mapTables, type Item } from '../../cells/dynamodb/contract.ts';
import type { CellMap, TenantEntry } from '../../router/cell-map.ts';
import type { MovesStatus } from '../pilot/contract.ts';
import { readClosed, type ClosedState } from '../pilot/mover/estate.ts';
import { readMove, type Move } from '../pilot/mover/move.ts';
import type { AdminConnections } from './admin.ts';

const mapKey = 'map';
const readWithinMs = 1000;

/** The supervisor's own copy of the cell map, read from the store; the last one is kept while the store does not answer. */
export class MapCopy {
  readonly #admin: AdminConnections;
  #map: CellMap = { version: 0, tenants: {} };
  #books: MovesStatus = { moves: [], closed: {} };

  constructor(admin: AdminConnections) {
    this.#admin = admin;
  }

  get map(): CellMap {
    return this.#map;
  }

  /** What control keeps beside the map. */
  get books(): MovesStatus {
    return this.#books;
  }

  async read(): Promise<void> {
    type Scan = { items: readonly { table: string; key: string; item: Item }[] };
    const tables = [mapTables.tenants, mapTables.meta, mapTables.moves, mapTables.cells];
    const scan = await this.#admin.call<Scan>('map', 'scan', { tables }, readWithinMs).catch(() => null);
    if (scan === null) return;
    const tenants: Record<string, TenantEntry> = {};
    const moves: Move[] = [];
    const closed: Record<string, ClosedState> = {};
    let version = 0;
    for (const { table, key, item } of scan.items) {
      if (table === mapTables.tenants) tenants[key] = item as unknown as TenantEntry;
      else if (table === mapTables.moves) moves.push(...[readMove(key, item)].filter((move) => move !== null));
      else if (table === mapTables.cells) {
        const state = readClosed(item);
        if (state !== null) closed[key] = state;
      } else if (key === mapKey) version = Number(item['version']);
    }
    this.#map = { version, tenants };
    this.#books = { moves, closed };
  }
}
