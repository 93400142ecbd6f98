import type { Override } from '../../../router/cell-map.ts';
import { loadsOf, type MoveEstate } from './estate.ts';

/** What somebody ordered. `after` undefined: the override table says of the tenant what it said before. */
export interface MoveOrder {
  readonly tenant: string;
  readonly to: string;
  readonly after?: Override | null;
  /** Take also one that is held where it is. */
  readonly evenPinned: boolean;
}

export interface Admitted {
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly epoch: number;
  readonly before: Override | null;
  readonly after: Override | null;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly move: Admitted }
  /** It lives there already. */
  | { readonly kind: 'there' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Whether a move may begin: the order makes sense, nobody holds the tenant, and its new home has room for it. */
export function admitMove(estate: MoveEstate, { tenant, to, after, evenPinned }: MoveOrder): Admission {
  const { cells, movable, map, moves, closed } = estate;
  const entry = Object.hasOwn(map.tenants, tenant) ? map.tenants[tenant] : undefined;
  if (!entry) return refused(`there is no tenant ${tenant}: petri tenants lists them`);
  if (!cells.includes(to)) return refused(`there is no cell ${to}: choose one of ${cells.join(', ')}`);
  const other = moves.find((move) => move.tenant === tenant);
  if (other)
    return refused(`${tenant} is in the middle of a move from ${other.from} to ${other.to}: petri why ${tenant} tells`);
  if (entry.override === 'moving') return refused(`${tenant} is on its way: petri why ${tenant} tells`);
  if (entry.cell === to) return { kind: 'there' };
  for (const cell of [entry.cell, to]) {
    if (!movable.has(cell))
      return refused(`cell ${cell} keeps its data in services that are not Petri's: nothing of it can be moved`);
  }
  if (entry.override === 'pinned' && !evenPinned)
    return refused(`${tenant} is pinned to cell ${entry.cell}: petri pin ${tenant} ${to} moves it and holds it there`);
  if (closed[to] === 'draining' || closed[to] === 'evacuating' || closed[to] === 'evacuated') {
    return refused(`cell ${to} is ${closed[to]}: petri evacuate ${to} --off lets it take tenants again`);
  }
  const full = refusalForRoom(estate, to, 1);
  if (full !== null) return refused(`${full}, so ${tenant} has no place there; ${admissionHint}`);
  const before = entry.override;
  const move = {
    tenant,
    from: entry.cell,
    to,
    epoch: entry.epoch + 1,
    before,
    after: after === undefined ? before : after,
  };
  return { kind: 'admitted', move };
}

/** Null where the cell has room for so many more, those on their way counted; else a part of a sentence. */
function refusalForRoom(estate: MoveEstate, cell: string, more: number): string | null {
  if (!estate.policies.admission) return null;
  const load = loadsOf(estate)[cell] ?? 0;
  return load + more <= estate.maxTenants ? null : `cell ${cell} has ${load} of at most ${estate.maxTenants} tenants`;
}

export const admissionHint = 'petri set admission off takes the check away';

function refused(reason: string): Admission {
  return { kind: 'refused', reason };
}
