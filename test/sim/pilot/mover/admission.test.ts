import { describe, expect, test } from 'vitest';
import type { TenantEntry } from '../../../../router/cell-map.ts';
import { admitMove, type MoveOrder } from '../../../../sim/pilot/mover/admission.ts';
import { loadsOf, type MoveEstate } from '../../../../sim/pilot/mover/estate.ts';
import {
  cellsAllowedEmpty,
  nextMoves,
  refusalToEmpty,
  stateAfter,
  toLeave,
} from '../../../../sim/pilot/mover/evacuation.ts';
import type { Move } from '../../../../sim/pilot/mover/move.ts';

const entry = (cell: string, more: Partial<TenantEntry> = {}): TenantEntry => ({
  cell,
  epoch: 1,
  override: null,
  ...more,
});
const move = (tenant: string, from: string, to: string, more: Partial<Move> = {}): Move => ({
  ...{ id: 'm', tenant, from, to, epoch: 2, before: null, after: null, step: 'copy', failed: null, mover: 'me' },
  ...more,
});

function estate(more: Partial<MoveEstate> = {}): MoveEstate {
  return {
    cells: ['a', 'b', 'c'],
    movable: new Set(['a', 'b', 'c']),
    map: {
      version: 1,
      tenants: {
        t1: entry('a'),
        t2: entry('b', { epoch: 4 }),
        t3: entry('b', { override: 'pinned' }),
        t4: entry('b', { override: 'quarantined' }),
        t5: entry('c'),
      },
    },
    moves: [],
    closed: {},
    maxTenants: 3,
    seed: 1,
    policies: { placement: 'least-loaded', admission: true, movesInFlight: 2, evacuateMaxRatio: 0.34 },
    ...more,
  };
}
const order = (more: Partial<MoveOrder> = {}): MoveOrder => ({ tenant: 't2', to: 'a', evenPinned: false, ...more });
const off = { ...estate().policies, admission: false };

describe('a move is admitted', () => {
  test('under the next epoch, with what the override table says', () => {
    expect(admitMove(estate(), order())).toEqual({
      kind: 'admitted',
      move: { tenant: 't2', from: 'b', to: 'a', epoch: 5, before: null, after: null },
    });
    expect(admitMove(estate(), order({ tenant: 't4' }))).toMatchObject({
      move: { before: 'quarantined', after: 'quarantined' },
    });
    expect(admitMove(estate(), order({ tenant: 't3', evenPinned: true, after: 'pinned' }))).toMatchObject({
      move: { before: 'pinned', after: 'pinned' },
    });
  });

  test('nowhere, where it lives there already', () => {
    expect(admitMove(estate(), order({ to: 'b' }))).toEqual({ kind: 'there' });
  });

  test('over the maximum where nobody checks', () => {
    expect(admitMove(estate({ maxTenants: 1, policies: off }), order())).toMatchObject({ kind: 'admitted' });
  });

  test.each([
    ['there is no tenant t9', estate(), order({ tenant: 't9' })],
    ['there is no tenant constructor', estate(), order({ tenant: 'constructor' })],
    ['there is no cell d', estate(), order({ to: 'd' })],
    ['t2 is in the middle of a move from b to c', estate({ moves: [move('t2', 'b', 'c')] }), order()],
    ["keeps its data in services that are not Petri's", estate({ movable: new Set(['b', 'c']) }), order()],
    ['t3 is pinned to cell b: petri pin t3 a moves it', estate(), order({ tenant: 't3' })],
    ['cell a is evacuated', estate({ closed: { a: 'evacuated' } }), order()],
    ['cell a has 1 of at most 1 tenants, so t2 has no place there', estate({ maxTenants: 1 }), order()],
    ['cell a has 3 of at most 3 tenants', estate({ moves: [move('x1', 'b', 'a'), move('x2', 'c', 'a')] }), order()],
  ])('never: %s', (reason, known, asked) => {
    const admission = admitMove(known, asked);
    expect(admission.kind === 'refused' ? admission.reason : admission.kind).toContain(reason);
  });
});

test('tenants on their way count where they go, and no more where they are put back', () => {
  const moves = [move('t1', 'a', 'c'), move('t2', 'b', 'c', { step: 'undo' }), move('t5', 'a', 'c', { step: 'clean' })];
  expect(loadsOf(estate({ moves }))).toEqual({ a: 1, b: 3, c: 2 });
});

describe('a cell is emptied', () => {
  test('of everybody, or of those that are not pinned', () => {
    expect(toLeave(estate(), 'b', 'evacuating')).toEqual(['t2', 't3', 't4']);
    expect(toLeave(estate(), 'b', 'draining')).toEqual(['t2', 't4']);
    expect(toLeave(estate({ moves: [move('t2', 'b', 'a')] }), 'b', 'draining')).toEqual(['t4']);
  });

  test('one after another where it is drained, several at once where it is evacuated', () => {
    const begun = (closed: MoveEstate['closed'], moves: readonly Move[] = []) =>
      nextMoves(estate({ closed, moves, maxTenants: 9 }), () => false).map(({ tenant, to }) => `${tenant} to ${to}`);
    expect(begun({ b: 'draining' })).toEqual(['t2 to a']);
    expect(begun({ b: 'draining' }, [move('t2', 'b', 'a')])).toEqual([]);
    expect(begun({ b: 'evacuating' })).toEqual(['t2 to a', 't3 to c']);
    expect(begun({ b: 'evacuating' }, [move('t2', 'b', 'a')])).toEqual(['t3 to c']);
    expect(begun({ b: 'evacuating' }, [move('t2', 'b', 'a', { step: 'clean' })])).toEqual(['t3 to c', 't4 to a']);
    expect(begun({ b: 'evacuated' })).toEqual([]);
  });

  test('never into a cell that takes nobody, is full, or failed a moment ago', () => {
    const to = (more: Partial<MoveEstate>, resting: string[] = []) =>
      nextMoves(estate({ closed: { b: 'draining' }, ...more }), (tenant, cell) =>
        resting.includes(`${tenant} ${cell}`),
      ).map((each) => each.to);
    expect(to({})).toEqual(['a']);
    expect(to({ closed: { a: 'quarantined', b: 'draining' } })).toEqual(['c']);
    expect(to({ movable: new Set(['b', 'c']) })).toEqual(['c']);
    expect(to({}, ['t2 a'])).toEqual(['c']);
    expect(to({ maxTenants: 1 })).toEqual([]);
    expect(to({ maxTenants: 1, policies: off })).toEqual(['a']);
  });

  test('and is evacuated once nobody is left', () => {
    expect(stateAfter(estate({ closed: { b: 'draining' } }), 'b')).toBe('draining');
    const empty = estate({ closed: { b: 'draining' }, map: { version: 2, tenants: { t1: entry('a') } } });
    expect(stateAfter(empty, 'b')).toBe('evacuated');
    expect(stateAfter({ ...empty, closed: { b: 'quarantined' } }, 'b')).toBe('quarantined');
  });

  test.each([
    ['there is no cell d', estate(), 'd'],
    ['at most 34% of 3 cells may be emptied at once, and a already is', estate({ closed: { a: 'evacuated' } }), 'b'],
    ['3 tenants would have to leave b, and a, c have room for 2', estate({ maxTenants: 2 }), 'b'],
    ["not Petri's", estate({ movable: new Set(['a']) }), 'b'],
    ['at most 0% of 3 cells', estate({ policies: { ...estate().policies, evacuateMaxRatio: 0 } }), 'b'],
  ])('never: %s', (reason, known, cell) => {
    expect(refusalToEmpty(known, cell, 'evacuating')).toContain(reason);
  });

  test('where there is room and not too many cells are empty', () => {
    expect(refusalToEmpty(estate(), 'b', 'evacuating')).toBe(null);
    expect(refusalToEmpty(estate({ closed: { b: 'draining' } }), 'b', 'evacuating')).toBe(null);
    expect(refusalToEmpty(estate({ maxTenants: 1, policies: off }), 'b', 'evacuating')).toBe(null);
  });

  test('at most a share of the cells at once, and always one of them', () => {
    expect([1, 2, 3, 5, 6, 10].map((cells) => cellsAllowedEmpty(cells, 0.34))).toEqual([1, 1, 1, 1, 2, 3]);
    expect(cellsAllowedEmpty(10, 0)).toBe(0);
  });
});
