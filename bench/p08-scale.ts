import { createJudge } from '../sim/judge/judge.ts';
import { openVirtualWorld } from '../sim/substrate/virtual/virtual-world.ts';
import { defaultMix, defaultWorld } from '../sim/world/schema.ts';
import { type Figure, figure } from './frame.ts';

const seed = 1;
const tenantsOfACell = 100;
const rpsOfACell = 20;

interface Lived {
  readonly growS: number;
  readonly runS: number;
  readonly cpuUsEach: number;
  readonly requests: number;
  readonly rssMiB: number;
}

/** A world of so many cells lives for so many virtual seconds under load, its record judged as it comes. */
async function live(cells: number, seconds: number): Promise<Lived> {
  const plain = defaultWorld();
  // More cells than a world file may ask for: real machines have no room for them.
  const world = {
    ...plain,
    on: 'virtual' as const,
    cells,
    tenants: cells * tenantsOfACell,
    cell: { ...plain.cell, maxTenants: 2 * tenantsOfACell },
  };
  const grewMs = performance.now();
  const driver = await openVirtualWorld(world, { seed, observe: false });
  const growS = (performance.now() - grewMs) / 1000;
  const judge = createJudge({ ...(await driver.estate()), seed });
  let requests = 0;
  let bytes = 0;
  judge.begin(driver.nowT());
  driver.onEvents((events) => {
    for (const event of events) {
      judge.take(event);
      bytes += JSON.stringify(event).length;
      if (event.kind === 'request.answered' && event.part.startsWith('router/')) requests++;
    }
  });
  const cpu = process.cpuUsage();
  const ranMs = performance.now();
  await driver.run(async () => {
    await driver.act({ do: 'traffic', on: true, rps: cells * rpsOfACell, mix: defaultMix, skew: 0.5 });
    await driver.wait(seconds * 1000);
  });
  const { user, system } = process.cpuUsage(cpu);
  const lived = {
    growS,
    runS: (performance.now() - ranMs) / 1000,
    cpuUsEach: (user + system) / requests,
    requests,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
  };
  if (bytes === 0) throw new Error('nothing was recorded');
  await driver.run(() => driver.end());
  return lived;
}

/** P8: a thousand cells in virtual time, and what a request costs there beside ten cells. */
export const virtualScale: Figure = {
  id: 'P8',
  title:
    'Virtual scale: 1,000 cells, 100,000 tenants, a simulated minute at 20,000 requests/s, recorded and judged, one core',
  async measure({ quick }) {
    const many = quick ? 100 : 1000;
    await live(10, 20);
    const few = await live(10, quick ? 20 : 60);
    const all = await live(many, quick ? 5 : 60);
    const row = (subject: string, lived: Lived) => ({
      subject,
      values: {
        'to grow, s': figure(lived.growS),
        'to live it, s': figure(lived.runS),
        requests: figure(lived.requests),
        'CPU µs a request': figure(lived.cpuUsEach),
        'resident MiB': figure(lived.rssMiB),
      },
    });
    const growth = all.cpuUsEach / few.cpuUsEach;
    const total = all.growS + all.runS;
    return {
      rows: [row('10 cells, 200 requests/s', few), row(`${many} cells, ${many * rpsOfACell} requests/s`, all)],
      verdicts: [
        { target: '≤ 100 s for the minute', measured: `${figure(total)} s`, met: !quick && total <= 100 },
        { target: '≤ 2 GiB', measured: `${figure(all.rssMiB)} MiB`, met: all.rssMiB <= 2048 },
        {
          target: 'a request costs ≤ 1.6 × as much as at 10 cells',
          measured: `${figure(growth)} ×`,
          met: growth <= 1.6,
        },
      ],
      notes: ['A world file may ask for 24 cells; this world is made without one.'],
    };
  },
};
