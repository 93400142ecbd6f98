/** One item: flat JSON, at most 64 KiB. */
export type Item = Readonly<Record<string, unknown>>;

/** Checked in the same transaction as the write. */
export type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  /** Every named field has this value (JSON equality). */
  | { readonly kind: 'equals'; readonly fields: Item };

export type Write =
  | { readonly op: 'put'; readonly table: string; readonly key: string; readonly item: Item; readonly if?: Condition }
  | { readonly op: 'delete'; readonly table: string; readonly key: string; readonly if?: Condition }
  | { readonly op: 'check'; readonly table: string; readonly key: string; readonly if: Condition }
  /** Adds to a number field, 0 where the item or field is absent. */
  | { readonly op: 'add'; readonly table: string; readonly key: string; readonly field: string; readonly by: number };

/**
 * The framed protocol of the `dynamodb` program (SQLite, WAL, synchronous=FULL, conditional writes). Calls:
 * - `get` {table, key} → {item: Item | null}
 * - `write` {writes: Write[]} → {ok: true} | {ok: false, failed: index, current: Item | null}    all or none
 * - `scan` {table, prefix?: string, tables?: string[]} → {items: {table, key, item}[]}   one consistent read, `tables` reads several at once
 * - `status` {} → {items: number, pragmas}
 */
export type WriteResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly failed: number; readonly current: Item | null };

/** Settings of the `dynamodb` program: what an empty volume is filled with. `listen` serves the protocol. */
export interface DynamodbSettings {
  /** `full` where it is the truth (the map); `normal` where all of it can be rebuilt (a cell's leases). Default `full`. */
  readonly durability?: 'full' | 'normal';
  readonly seed: readonly { readonly table: string; readonly key: string; readonly item: Item }[];
}

/**
 * Tables of the map: `tenants` (key tenant → {cell, epoch, override: null|'pinned'|'quarantined'|'moving'}) and `meta` (key `map` → {version}).
 * Every change of the map is one `write` that also adds 1 to `meta/map.version`.
 * Beside it, control's own books: `moves` (key tenant → how far its move is) and `cells` (key cell → why nothing new is placed there).
 *
 * Tables of a cell: `config` (key `policies` → CellPolicies; key `quotas` → {default: rps, tenants: {...}}), `jobs` (key job → {attempts, leasedBy, leasedUntilMs, state}),
 * `exports` (key job → {cell, file, bytes, rows}).
 */
export const mapTables = { tenants: 'tenants', meta: 'meta', moves: 'moves', cells: 'cells' } as const;
