/** What a person may order for one tenant. */
export type Override = 'pinned' | 'quarantined';

/** Where one tenant lives. `epoch` only rises; every request carries it and the cell checks it inside its transaction. */
export interface TenantEntry {
  readonly cell: string;
  readonly epoch: number;
  /**
   * The override table: `pinned` is held where it is, `quarantined` is refused by the router, `moving` is on its way to another cell and
   * refused until it is there; what it was before is kept with the move.
   */
  readonly override: Override | 'moving' | null;
}

/** The whole map, as pushed to and cached by a router. `version` rises with every change. */
export interface CellMap {
  readonly version: number;
  readonly tenants: Readonly<Record<string, TenantEntry>>;
}
