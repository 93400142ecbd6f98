import type { CellMap } from '../../../router/cell-map.ts';
import type { Estate } from '../../../sim/ledger/dependency.ts';
import type { PartKind } from '../../../sim/world/part.ts';

/** Two tenants in each of three cells: a1 a2, b1 b2, c1 c2. */
export const map: CellMap = {
  version: 1,
  tenants: Object.fromEntries(
    ['a', 'b', 'c'].flatMap((cell) => ['1', '2'].map((n) => [cell + n, { cell, epoch: 1, override: null }])),
  ),
};

const perCell = ['alb', 'web/1', 'web/2', 'worker/1', 'dynamodb', 'sqs'];

/** Every part that ought to run, with `routers` routers. */
export function estate(routers = 1): Estate {
  const inCells = ['a', 'b', 'c'].flatMap((cell) => [
    ...perCell.map((place) => ({ address: `${cell}/${place}`, kind: place.split('/')[0] as PartKind, cell })),
    { address: `${cell}/aurora/1`, kind: 'aurora' as const, cell, role: 'writer' as const },
    { address: `${cell}/aurora/2`, kind: 'aurora' as const, cell, role: 'reader' as const },
    { address: `links/${cell}`, kind: 'links' as const, cell },
  ]);
  const outside = ['map', 'control', 'traffic'].map((kind) => ({ address: kind, kind: kind as PartKind, cell: null }));
  const doors = Array.from({ length: routers }, (_, n) => ({
    address: `router/${n + 1}`,
    kind: 'router' as const,
    cell: null,
  }));
  return { map, parts: [...inCells, ...outside, ...doors] };
}

export function partsOf(cell: string): string[] {
  return [...perCell, 'aurora/1', 'aurora/2'].map((place) => `${cell}/${place}`);
}
