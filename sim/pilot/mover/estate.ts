import type { Item } from '../../../cells/dynamodb/contract.ts';
import type { CellMap } from '../../../router/cell-map.ts';
import type { ControlPolicies } from '../contract.ts';
import { countTenants } from '../placement.ts';
import type { Move } from './move.ts';

/**
 * Why nothing new is placed in a cell: its tenants leave one after another (`draining`) or all at once (`evacuating`), they have left
 * (`evacuated`), or it is kept for tenants that are kept apart (`quarantined`).
 */
export const closedStates = ['draining', 'evacuating', 'evacuated', 'quarantined'] as const;

export type ClosedState = (typeof closedStates)[number];

/** What a decision about moves looks at. */
export interface MoveEstate {
  readonly cells: readonly string[];
  /** Cells whose data Petri's own Aurora keeps: from and to any other one nothing can be copied. */
  readonly movable: ReadonlySet<string>;
  readonly map: CellMap;
  readonly moves: readonly Move[];
  /** A cell that is not named takes tenants. */
  readonly closed: Readonly<Record<string, ClosedState>>;
  readonly maxTenants: number;
  readonly seed: number;
  readonly policies: ControlPolicies;
}

/** Tenants of each cell, those on their way to it counted there too. */
export function loadsOf({ map, moves }: Pick<MoveEstate, 'map' | 'moves'>): Record<string, number> {
  const loads = countTenants(map.tenants);
  for (const { tenant, to, step } of moves) {
    if (step !== 'undo' && map.tenants[tenant]?.cell !== to) loads[to] = (loads[to] ?? 0) + 1;
  }
  return loads;
}

/** Cells in which a tenant may be placed that nobody named a cell for. */
export function openCells({ cells, closed }: Pick<MoveEstate, 'cells' | 'closed'>): readonly string[] {
  return cells.filter((cell) => closed[cell] === undefined);
}

export function readClosed(item: Item): ClosedState | null {
  const { state } = item;
  return closedStates.find((known) => known === state) ?? null;
}
