import { checkWorld } from '../world/schema.ts';
import type { World } from '../world/world.ts';
import type { Dice } from './dice.ts';

/** How many requests a schedule sends, and over how long: in 30 s every row of a small world is met several times. */
export const scheduleRunMs = 30_000;
const operations = 400;

/** A small world: everything that can go wrong between a few cells and tenants, and nothing that only costs time. */
export function drawWorld(dice: Dice, seed: number): World {
  const cells = dice.whole(2, 3, 'world', 'cells');
  const share = (op: string, min: number, max: number) => min + dice.share('mix', op) * (max - min);
  const mix = { read: share('read', 0.1, 0.6), write: share('write', 0.2, 0.8), job: share('job', 0, 0.3), xl: 0 };
  if (dice.chance(0.4, 'mix', 'with-xl')) Object.assign(mix, { xl: share('xl', 0.01, 0.08) });
  return {
    ...plainWorld,
    name: `search-${seed}`,
    seed,
    cells,
    tenants: dice.whole(cells, 8, 'world', 'tenants'),
    routers: dice.whole(1, 2, 'world', 'routers'),
    // An embedded engine comes back empty, and is filled again.
    engine: dice.pick(['auto', 'embedded'] as const, 'world', 'engine'),
    policies: drawPolicies(dice),
    cell: {
      ...plainWorld.cell,
      web: dice.whole(1, 2, 'world', 'web'),
      worker: dice.whole(1, 2, 'world', 'worker'),
      replaceAfterMs: dice.scaled(300, 3000, 'world', 'replaceAfter'),
      xlAbove: dice.scaled(100, 2000, 'world', 'xlAbove'),
      workerConcurrency: dice.whole(1, 4, 'world', 'workerConcurrency'),
      auroraFailoverMs: dice.scaled(300, 2000, 'world', 'auroraFailover'),
    },
    traffic: {
      on: true,
      rps: Number((operations / (scheduleRunMs / 1000)).toFixed(1)),
      mix: inPercent(mix),
      skew: dice.whole(0, 12, 'world', 'skew') / 10,
    },
  };
}

/** Under these a job that is not done at once is received again, and soon dies. */
const impatient: World['policies'] = { visibility: '500ms', maxReceives: '1', heartbeat: 'off' };

/** Whether a worker that is slow loses its jobs. */
export function isImpatient({ policies }: World): boolean {
  return policies['heartbeat'] === 'off';
}

/** Half of all worlds are as careful as ever with their jobs. A client that asks once sees what retries hide. */
function drawPolicies(dice: Dice): World['policies'] {
  const clientRetry = dice.chance(0.3, 'world', 'asks-once') ? { clientRetry: 'none' } : {};
  if (dice.chance(0.5, 'world', 'usual-policies')) return clientRetry;
  if (dice.chance(0.5, 'world', 'impatient')) return { ...clientRetry, ...impatient };
  return {
    ...clientRetry,
    visibility: dice.pick(['500ms', '1s', '2s'], 'world', 'visibility'),
    maxReceives: dice.pick(['1', '2', '5'], 'world', 'maxReceives'),
    heartbeat: dice.pick(['on', 'off'], 'world', 'heartbeat'),
    dispatch: dice.pick(['fifo', 'lifo'], 'world', 'dispatch'),
  };
}

/** Whole percents that add up to 100, so that a file says them exactly; what rounding leaves goes to writes. */
function inPercent(mix: World['traffic']['mix']): World['traffic']['mix'] {
  const sum = mix.read + mix.write + mix.job + mix.xl;
  const percent = (part: number) => Math.round((part / sum) * 100);
  const [read, job, xl] = [percent(mix.read), percent(mix.job), percent(mix.xl)];
  return { read: read / 100, write: (100 - read - job - xl) / 100, job: job / 100, xl: xl / 100 };
}

const plainWorld: World = (() => {
  const checked = checkWorld({ petri: 1 });
  if (!checked.ok) throw new Error('the default world is not valid');
  return { ...checked.world, on: 'virtual' };
})();
