import { drawFor, place } from '../placement.ts';
import { admissionHint, admitMove, type Admitted } from './admission.ts';
import { loadsOf, openCells, type ClosedState, type MoveEstate } from './estate.ts';
import { isUnderWay } from './move.ts';

/** How a cell is emptied: one tenant after another, and without those that are pinned; or all of them, several at once. */
export type Emptying = 'draining' | 'evacuating';

/** Why a cell must not be emptied, or null. The estate as it is before. */
export function refusalToEmpty(estate: MoveEstate, cell: string, how: Emptying): string | null {
  const { cells, movable, closed, policies, maxTenants } = estate;
  if (!cells.includes(cell)) return `there is no cell ${cell}: choose one of ${cells.join(', ')}`;
  if (!movable.has(cell))
    return `cell ${cell} keeps its data in services that are not Petri's: nothing of it can be moved`;
  const others = cells.filter((each) => each !== cell && isEmptying(closed[each]));
  const allowed = cellsAllowedEmpty(cells.length, policies.evacuateMaxRatio);
  if (others.length + 1 > allowed) {
    const share = `${Math.round(policies.evacuateMaxRatio * 100)}%`;
    const already =
      others.length === 0 ? '' : `, and ${others.join(', ')} already ${others.length === 1 ? 'is' : 'are'}`;
    return `at most ${share} of ${cells.length} cells may be emptied at once${already}: petri set evacuateMax changes that`;
  }
  if (!policies.admission) return null;
  const loads = loadsOf(estate);
  const targets = openCells(estate).filter((each) => each !== cell && movable.has(each));
  const room = targets.reduce((sum, each) => sum + Math.max(0, maxTenants - (loads[each] ?? 0)), 0);
  const needed = toLeave(estate, cell, how).length;
  if (needed <= room) return null;
  const where = targets.length === 0 ? 'no other cell takes tenants' : `${targets.join(', ')} have room for ${room}`;
  return `${needed} tenants would have to leave ${cell}, and ${where}; ${admissionHint}`;
}

/** A share of the cells, and at least one of them unless the share is none at all. */
export function cellsAllowedEmpty(cells: number, ratio: number): number {
  return ratio === 0 ? 0 : Math.max(1, Math.floor(cells * ratio));
}

/** The moves to begin now, so that cells that are to be empty become so, and never more are on their way than allowed. */
export function nextMoves(estate: MoveEstate, isResting: (tenant: string, to: string) => boolean): readonly Admitted[] {
  const begun: Admitted[] = [];
  let { moves } = estate;
  for (const [cell, state] of Object.entries(estate.closed)) {
    if (!isLeaving(state)) continue;
    const atOnce = state === 'draining' ? 1 : estate.policies.movesInFlight;
    for (const tenant of toLeave(estate, cell, state)) {
      const underWay = moves.filter(isUnderWay);
      const ofCell = underWay.filter(({ from }) => from === cell).length;
      if (underWay.length >= estate.policies.movesInFlight || ofCell >= atOnce) break;
      const move = admit({ ...estate, moves }, tenant, isResting);
      if (!move) continue;
      begun.push(move);
      moves = [...moves, { ...move, id: '', mover: '', step: 'quiesce', failed: null }];
    }
  }
  return begun;
}

/** Tenants that are to leave a cell and do not do so yet, in order of their ids. */
export function toLeave({ map, moves }: MoveEstate, cell: string, how: Emptying): readonly string[] {
  const moving = new Set(moves.map(({ tenant }) => tenant));
  return Object.entries(map.tenants)
    .filter(([tenant, entry]) => entry.cell === cell && !moving.has(tenant))
    .filter(([, { override }]) => how === 'evacuating' || override !== 'pinned')
    .map(([tenant]) => tenant)
    .toSorted();
}

/** What a cell that is emptied is now: nobody is left of whom the map would say that they live there. */
export function stateAfter(estate: MoveEstate, cell: string): ClosedState | undefined {
  const state = estate.closed[cell];
  if (!isLeaving(state)) return state;
  const left = Object.values(estate.map.tenants).some((entry) => entry.cell === cell);
  return left ? state : 'evacuated';
}

function admit(
  estate: MoveEstate,
  tenant: string,
  isResting: (tenant: string, to: string) => boolean,
): Admitted | null {
  const { policies, maxTenants, seed, movable } = estate;
  const cells = openCells(estate).filter((cell) => movable.has(cell) && !isResting(tenant, cell));
  const to = place({
    ...{ cells, tenants: loadsOf(estate), policy: policies.placement, draw: drawFor(seed, 'evacuation', tenant) },
    maxTenants: policies.admission ? maxTenants : Number.POSITIVE_INFINITY,
  });
  if (to === null) return null;
  const admission = admitMove(estate, { tenant, to, evenPinned: true });
  return admission.kind === 'admitted' ? admission.move : null;
}

function isLeaving(state: ClosedState | undefined): state is Emptying {
  return state === 'draining' || state === 'evacuating';
}

function isEmptying(state: ClosedState | undefined): boolean {
  return isLeaving(state) || state === 'evacuated';
}
