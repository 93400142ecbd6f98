import { describe, expect, test } from 'vitest';
import type { CellMap } from '../../router/cell-map.ts';
import { judgeAnswer } from '../../router/outcome.ts';
import { refusalSentence, route, type CellView, type RouteWorld } from '../../router/route.ts';

const map: CellMap = {
  version: 4,
  tenants: {
    t01: { cell: 'a', epoch: 7, override: null },
    t02: { cell: 'a', epoch: 1, override: 'quarantined' },
    t03: { cell: 'z', epoch: 1, override: null },
    t04: { cell: 'a', epoch: 2, override: 'pinned' },
    t05: { cell: 'a', epoch: 2, override: 'moving' },
  },
};
const world = (change: Partial<RouteWorld> = {}, cell: CellView = { health: 'serving', inFlight: 0 }): RouteWorld => ({
  map,
  mapReachable: true,
  mapFallback: 'cached',
  bulkhead: 2,
  cell: (id) => (id === 'a' ? cell : null),
  ...change,
});

describe('route', () => {
  test.each([
    ['t01', world()],
    ['t01', world({}, { health: 'unknown', inFlight: 0 })],
    ['t01', world({ mapReachable: false })],
    ['t01', world({ bulkhead: 0 }, { health: 'serving', inFlight: 10_000 })],
  ] as const)('%s is forwarded with its epoch (%#)', (tenant, view) => {
    expect(route(tenant, view)).toEqual({ kind: 'forward', cell: 'a', epoch: 7 });
  });

  test('a pinned tenant is served like any other', () => {
    expect(route('t04', world())).toEqual({ kind: 'forward', cell: 'a', epoch: 2 });
  });

  test.each([
    ['no-map', 't01', world({ map: null }), 503, null],
    ['map-unreachable', 't01', world({ mapReachable: false, mapFallback: 'refuse' }), 503, null],
    ['unknown-tenant', 't99', world(), 404, null],
    ['unknown-tenant', 'constructor', world(), 404, null],
    ['quarantined', 't02', world(), 503, 'a'],
    ['moving', 't05', world(), 503, 'a'],
    ['unknown-cell', 't03', world(), 503, 'z'],
    ['cell-down', 't01', world({}, { health: 'down', inFlight: 0 }), 503, 'a'],
    ['bulkhead-full', 't01', world({}, { health: 'serving', inFlight: 2 }), 503, 'a'],
  ] as const)('%s', (reason, tenant, view, status, cell) => {
    const decision = route(tenant, view);
    expect(decision).toMatchObject({ kind: 'refuse', reason, status, cell });
    if (decision.kind !== 'refuse') return;
    expect(decision.retryAfterS === null).toBe(status === 404);
    expect(refusalSentence(decision, tenant)).toMatch(/^[A-Z].*\.$/);
  });
});

describe('what an answer says about effect', () => {
  const facts = { handed: true, byCell: true, retryAfter: false, path: '/sheets/s/rows/r' };
  test.each([
    [200, {}, 'ok', false],
    [202, {}, 'ok', false],
    [404, {}, 'ok', false],
    [404, { path: '/jobs/j' }, 'refused', false],
    [404, { handed: false, byCell: false }, 'refused', false],
    [400, {}, 'refused', false],
    [409, {}, 'refused', false],
    [413, { handed: false, byCell: false }, 'refused', false],
    [421, {}, 'refused', false],
    [422, {}, 'refused', false],
    [429, {}, 'refused', true],
    [500, {}, 'unknown', true],
    [502, { byCell: false }, 'unknown', true],
    [503, { retryAfter: true }, 'refused', true],
    [503, {}, 'unknown', true],
    [503, { handed: false, byCell: false }, 'refused', true],
    [504, { byCell: false }, 'unknown', true],
    [499, { byCell: false }, 'unknown', true],
    [499, { handed: false, byCell: false }, 'refused', false],
  ] as const)('%i %o is %s', (status, change, outcome, error) => {
    expect(judgeAnswer({ ...facts, ...change, status })).toEqual({ outcome, error });
  });
});
