import { expect, test } from 'vitest';
import { faultKinds } from '../../../../sim/faults/catalogue.ts';
import type { FaultKind } from '../../../../sim/faults/fault.ts';
import { openVirtualWorld } from '../../../../sim/substrate/virtual/virtual-world.ts';
import { defaultWorld } from '../../../../sim/world/schema.ts';

const kinds = faultKinds.filter(({ on }) => !on || on.includes('virtual'));

test.each(kinds.map((kind) => [kind.kind, kind] as const))(
  '%s takes in virtual time, its probe says so, and heals to a calm world',
  async (_, kind) => {
    const world = await openVirtualWorld(defaultWorld({ cells: 2, tenants: 8, traffic: { rate: '20rps' } }), {
      seed: 3,
    });
    await world.run(async () => {
      await world.wait(1000);
      for (const target of targetsOf(kind)) {
        const fault = await world.inject({ kind: kind.kind, target, settings: {}, forMs: null, hold: false });
        expect(fault.seen).toEqual(expect.any(String));
        await world.wait(1000);
        await world.heal(null);
        for (let waits = 0; (await world.status()).faults.some(({ state }) => state !== 'gone'); waits++) {
          expect(waits).toBeLessThan(100);
          await world.wait(200);
        }
      }
      await world.wait(5000);
      const { cells } = await world.status();
      expect(cells.map(({ health }) => health)).toEqual(['serving', 'serving']);
    });
    await world.end();
  },
);

test('a router that comes back while map and control are down serves by the map that it kept', async () => {
  const world = await openVirtualWorld(defaultWorld({ cells: 2, tenants: 8, traffic: { rate: '20rps' } }), { seed: 3 });
  await world.run(async () => {
    await world.wait(1000);
    const kill = { kind: 'kill', settings: {}, forMs: null, hold: true };
    const router = await world.inject({ ...kill, target: 'router/1' });
    await world.inject({ ...kill, target: 'map' });
    await world.inject({ ...kill, target: 'control' });
    await world.wait(1000);
    await world.heal(router.id);
    await world.wait(3000);
    const headers = { 'x-tenant-id': 't01', 'content-type': 'application/json' };
    const put = { method: 'PUT', path: '/sheets/s1/rows/r1', headers, body: '{"value":1}' };
    expect((await world.ask(put)).status).toBe(200);
  });
  await world.end();
});

function targetsOf({ targets }: FaultKind): readonly string[] {
  const names = { cell: 'b', link: 'router->b', links: 'links/b', map: 'map', control: 'control', router: 'router/1' };
  const known = targets.map((kind) => (kind in names ? names[kind as keyof typeof names] : `b/${kind}`));
  // An XL worker rests until there is work, and nobody here has a service of their own.
  return known.filter((target) => target !== 'b/xl' && target !== 'b/service');
}
