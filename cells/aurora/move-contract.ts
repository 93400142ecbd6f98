import type { JobRow } from './contract.ts';

/**
 * Where a tenant stands in one cell. `home`: it lives here. `arriving`: its data is being brought here, and nothing is served yet.
 * `gone`: it left, and the epoch that stays behind refuses whatever still comes under it or an older one.
 */
export type Residence = 'home' | 'arriving' | 'gone';

/** This cell's tenant is past the epoch that came, or not in the state that the step needs. Nothing was done. */
export type MoveRefusal =
  | { readonly kind: 'stale'; readonly epoch: number; readonly residence: Residence }
  | { readonly kind: 'no-tenant' };

/** A row as it travels: just as the store keeps it. */
export interface MovedRow {
  readonly sheet: string;
  readonly row: string;
  readonly valueJson: string;
  readonly version: number;
  readonly hash: string;
  readonly computedJson: string | null;
}

/** An idempotency record as it travels. */
export interface MovedRequest {
  readonly key: string;
  readonly hash: string;
  readonly answerJson: string;
}

export interface MovedJob extends JobRow {
  readonly deliveries: number;
}

/** The last entry of a page: the next one begins after it. Null begins at the front. */
export type MoveCursor =
  | { readonly table: 'rows'; readonly sheet: string; readonly row: string }
  | { readonly table: 'requests'; readonly key: string }
  | { readonly table: 'jobs'; readonly id: string };

/** A bounded part of a tenant's data: rows first, then idempotency records, then jobs of every state. `next` null: nothing follows. */
export interface MovePage {
  readonly rows: readonly MovedRow[];
  readonly requests: readonly MovedRequest[];
  readonly jobs: readonly MovedJob[];
  readonly next: MoveCursor | null;
}

/** What two cells compare of one page: equal digests mean equal data up to `next`. */
export interface MoveDigest {
  readonly rows: number;
  readonly requests: number;
  readonly jobs: number;
  /** Over every field of every entry, in order. */
  readonly hash: string;
  readonly next: MoveCursor | null;
}

interface OfMove {
  readonly tenant: string;
  /** The epoch under which the tenant will live in its new home. */
  readonly epoch: number;
}

/** The named transactions of a tenant's move. Each may be repeated, and an older move's repetition changes nothing. */
export interface MoveTransactions {
  /** In the old home: from here on nothing is acknowledged for the tenant, whatever its epoch, and no delivery of its jobs goes out. */
  'move.fence': { args: OfMove; result: { kind: 'ok' } | MoveRefusal };
  /** In the new home: makes room. What an older move left there is removed. */
  'move.begin': { args: OfMove; result: { kind: 'ok' } | MoveRefusal };
  /** In the new home: takes a page. A row that is newer there stays. */
  'move.import': { args: OfMove & { page: MovePage }; result: { kind: 'ok' } | MoveRefusal };
  /** In the new home: the tenant lives here now. Its open jobs are delivered, its dead ones go to the dead letters. */
  'move.open': { args: OfMove; result: { kind: 'ok'; jobs: number } | MoveRefusal };
  /** In the old home, where a move is undone: the tenant lives here again, under an epoch above the move's. Its open jobs are delivered again. */
  'move.reopen': { args: OfMove; result: { kind: 'ok'; jobs: number } | MoveRefusal };
  /** Wherever the tenant does not live under this epoch: removes up to `limit` entries of its data. The epoch stays. `left`: ask again. */
  'move.clean': { args: OfMove & { limit: number }; result: { kind: 'ok'; left: boolean } | MoveRefusal };
}

export interface MoveReads {
  /** A page of what the old home holds under this fence. */
  'move.export': {
    args: OfMove & { after: MoveCursor | null };
    result: { kind: 'ok'; page: MovePage } | MoveRefusal;
  };
  'move.digest': {
    args: OfMove & { after: MoveCursor | null };
    result: { kind: 'ok'; digest: MoveDigest } | MoveRefusal;
  };
}
