import { expect, test } from 'vitest';
import { openVirtualWorld } from '../../../../sim/substrate/virtual/virtual-world.ts';
import { defaultWorld } from '../../../../sim/world/schema.ts';

test.each(['web', 'worker'] as const)('%s tasks go and come at once where nothing else happens', async (service) => {
  const world = await openVirtualWorld(defaultWorld({ cells: 1, tenants: 4, traffic: { on: false } }), { seed: 3 });
  const running = async () => {
    const { cells } = await world.status();
    const components = cells[0]?.components ?? [];
    return components.filter(({ kind, state }) => kind === service && state === 'running').length;
  };
  await world.run(async () => {
    await world.wait(1000);
    for (const count of [1, 3, 2]) {
      await world.act({ do: 'scale', cell: 'a', service, count });
      await world.wait(1000);
      expect(await running()).toBe(count);
    }
  });
  await world.end();
});
