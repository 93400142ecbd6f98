import { mapTables, type Write } from '../../../cells/dynamodb/contract.ts';
import type { TenantEntry } from '../../../router/cell-map.ts';
import { entries, moveItem, type Move, type StepEnd } from './move.ts';

type Change = Extract<StepEnd, { kind: 'done' }>['change'];

/** A move begins where the map still says what it was begun upon and no other move of the tenant has not ended. */
export function beginWrites(move: Move): readonly Write[] {
  return [
    { op: 'put', table: mapTables.moves, key: move.tenant, item: moveItem(move), if: { kind: 'absent' } },
    { op: 'check', table: mapTables.tenants, key: move.tenant, if: holds(entries.before(move)) },
  ];
}

/** The progress and the map's entry change together, and only by the hand of whoever carries the move on. `next` null ends it. */
export function progressWrites(move: Move, next: Move | null, change: Change): readonly Write[] {
  const { tenant: key, id, step, mover } = move;
  const mine = { kind: 'equals', fields: { id, step, mover } } as const;
  const progress: Write = next
    ? { op: 'put', table: mapTables.moves, key, item: moveItem(next), if: mine }
    : { op: 'delete', table: mapTables.moves, key, if: mine };
  if (!change) return [progress];
  return [
    progress,
    { op: 'put', table: mapTables.tenants, key, item: { ...change.to }, if: holds(change.from) },
    { op: 'add', table: mapTables.meta, key: 'map', field: 'version', by: 1 },
  ];
}

/** A change that routers act upon: a move that is flipped is refused as before. */
export function routersMustKnow(change: Change): boolean {
  return change !== undefined && (change.from.override === 'moving') !== (change.to.override === 'moving');
}

/**
 * Whether a mover takes over what another one began. A life that has just begun takes everything: the one before it is gone. Later only
 * what has not moved for a while: whoever had it may still be at it.
 */
export function takesOver(fresh: boolean, stillForMs: number): boolean {
  return fresh || stillForMs >= stillMsMin;
}

const stillMsMin = 5000;

function holds(entry: TenantEntry) {
  return { kind: 'equals', fields: { ...entry } } as const;
}
