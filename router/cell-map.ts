/** Where one tenant lives. `epoch` only rises; every request carries it and the cell checks it inside its transaction. */
export interface TenantEntry {
  readonly cell: string;
  readonly epoch: number;
  /** The override table: `pinned` is never moved, `quarantined` is refused by the router. */
  readonly override: 'pinned' | 'quarantined' | null;
}

/** The whole map, as pushed to and cached by a router. `version` rises with every change. */
export interface CellMap {
  readonly version: number;
  readonly tenants: Readonly<Record<string, TenantEntry>>;
}
