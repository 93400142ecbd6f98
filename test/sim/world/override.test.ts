import { expect, test } from 'vitest';
import { differences, overrideWorld } from '../../../sim/world/override.ts';
import { defaultWorld } from '../../../sim/world/schema.ts';

test.each([
  [1, 20],
  [2, 40],
  [3, 60],
  [5, 60],
])('%d cells have %d tenants where nobody says how many', (cells, tenants) => {
  expect(overrideWorld(defaultWorld(), false, { cells })).toMatchObject({ ok: true, value: { cells, tenants } });
});

test('a number of tenants that was stated must still fit', () => {
  expect(overrideWorld(defaultWorld({ tenants: 60 }), true, { cells: 1 })).toEqual({
    ok: false,
    error: '60 tenants do not fit into 1 × maxTenants 40 = 40: ask for more cells',
  });
});

test('the flags say what they say, and nothing else changes', () => {
  const world = defaultWorld();
  const flags = { name: 'two', seed: 8, cells: 4, routers: 2, port: 9000, engine: 'embedded', traffic: false } as const;
  const changed = overrideWorld(world, false, flags);
  expect(changed.ok && differences(world, changed.value)).toEqual([
    'name',
    'seed',
    'cells',
    'routers',
    'port',
    'engine',
    'traffic.on',
  ]);
  expect(overrideWorld(world, false, {})).toEqual({ ok: true, value: world });
});
