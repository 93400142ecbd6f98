import type { Scenario, Step, TimelineEntry } from '../scenario/scenario.ts';
import { cellIds } from '../world/population.ts';
import type { World } from '../world/world.ts';
import { resized } from './rename.ts';

/** Ways to make a scenario smaller, the boldest first. None of them is the scenario itself. */
export type Reduction = (scenario: Scenario) => readonly Scenario[];

/** Nothing at all, one thing alone, then ever smaller parts left out. */
export const fewerEntries: Reduction = (scenario) => {
  const { timeline } = scenario;
  if (timeline.length === 0) return [];
  const alone = timeline.length > 1 ? timeline.map((entry) => [entry]) : [];
  const without: TimelineEntry[][] = [];
  for (let size = Math.ceil(timeline.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < timeline.length; from += size)
      without.push([...timeline.slice(0, from), ...timeline.slice(from + size)]);
  }
  return [[], ...alone, ...without].map((kept) => ({ ...scenario, timeline: kept }));
};

export const fewerTenants: Reduction = (scenario) =>
  fewerThan(scenario.world.tenants).flatMap((tenants) => resized(scenario, { tenants }) ?? []);

/** Few tenants are worth more than the seed: each number is tried with all of them before the next. */
export function fewerTenantsReseeded(tries: number): Reduction {
  return (scenario) =>
    fewerThan(scenario.world.tenants).flatMap((tenants) =>
      seedsAfter(scenario.seed, tries).flatMap((seed) => resized(withSeed(scenario, seed), { tenants }) ?? []),
    );
}

/** One, two, three, then in ever wider steps, and one less. */
function fewerThan(count: number): readonly number[] {
  const numbers = new Set<number>();
  for (let n = 1; n < count; n = n < 4 ? n + 1 : Math.ceil(n * 1.5)) numbers.add(n);
  if (count > 1) numbers.add(count - 1);
  return [...numbers];
}

export const fewerCells: Reduction = ({ ...scenario }) =>
  scenario.world.cells < 2
    ? []
    : cellIds(scenario.world.cells).flatMap((cell) => {
        const smaller = resized(scenario, { withoutCell: cell });
        return smaller ? [smaller] : [];
      });

/** A second after the last thing that is done is over, or a half of it. */
export const shorterRun: Reduction = (scenario) => {
  const { runMs, timeline } = scenario;
  const ends = timeline.map(({ trigger, step }) => {
    const startMs = trigger.kind === 'at' ? trigger.ms : runMs / 2;
    return startMs + (step.kind === 'fault' ? (step.forMs ?? 3000) : 0);
  });
  const restMs = Math.max(1000, ...ends);
  const lengths = [1000, 2000, 3000, 5000].map((more) => Math.ceil((restMs + more) / 1000) * 1000);
  return [...lengths, Math.ceil(runMs / 2000) * 1000]
    .filter((shorter) => shorter < runMs && startsBefore(timeline, shorter))
    .map((shorter) => ({ ...scenario, runMs: shorter }));
};

/** Fewer requests, and fewer kinds of them. */
export const lessTraffic: Reduction = (scenario) => {
  const { traffic } = scenario.world;
  const changes: World['traffic'][] = [];
  for (const op of ['xl', 'job', 'read'] as const) {
    if (traffic.mix[op] === 0) continue;
    const write = Number((traffic.mix.write + traffic.mix[op]).toFixed(2));
    changes.push({ ...traffic, mix: { ...traffic.mix, write, [op]: 0 } });
  }
  if (traffic.skew !== 0) changes.push({ ...traffic, skew: 0 });
  for (const divisor of [8, 4, 2]) {
    const rps = Math.max(1, Math.round(traffic.rps / divisor));
    if (rps < traffic.rps) changes.push({ ...traffic, rps });
  }
  return changes.map((change) => withWorld(scenario, { traffic: change }));
};

/** One of everything, and what every world has. */
export const plainerWorld: Reduction = (scenario) => {
  const { cell, routers, policies } = scenario.world;
  const plain = {
    web: 1,
    worker: 1,
    workerConcurrency: 4,
    replaceAfterMs: 2000,
    auroraFailoverMs: 1000,
    xlAbove: 1000,
  };
  const changes: Partial<World>[] = [{ cell: { ...cell, ...plain }, routers: 1 }];
  if (routers > 1) changes.push({ routers: 1 });
  for (const [name, value] of Object.entries(plain)) changes.push({ cell: { ...cell, [name]: value } });
  for (const name of Object.keys(policies))
    changes.push({ policies: Object.fromEntries(Object.entries(policies).filter(([each]) => each !== name)) });
  return changes.map((change) => withWorld(scenario, change)).filter((one) => differs(one, scenario));
};

/** Each fault as short and as plain as it can be. */
export const plainerSteps: Reduction = (scenario) =>
  eachEntry(scenario, ({ step }) => {
    if (step.kind !== 'fault') return [];
    const plainer: Step[] = [];
    if (step.hold) plainer.push({ ...step, hold: false });
    if (step.forMs !== null) {
      const shorter = [500, 1000, 2000, 5000, step.forMs / 2].map((ms) => Math.ceil(ms / 100) * 100);
      for (const forMs of shorter) if (forMs < step.forMs) plainer.push({ ...step, forMs });
    }
    return plainer.map((other) => ({ step: other }));
  });

/** After the first event of its kind instead of a later one: fewer tenants make fewer of them. */
export const earlierEvents: Reduction = (scenario) =>
  eachEntry(scenario, ({ trigger }) => {
    if (trigger.kind !== 'after' || trigger.count < 2) return [];
    const counts = new Set([1, Math.floor(trigger.count / 2), trigger.count - 1]);
    return [...counts].map((count) => ({ trigger: { ...trigger, count } }));
  });

/** Each time at a whole second, or at least a round one. */
export const rounderTimes: Reduction = (scenario) =>
  eachEntry(scenario, ({ trigger }) => {
    if (trigger.kind !== 'at') return [];
    const rounder: TimelineEntry['trigger'][] = [];
    for (const grainMs of [1000, 500, 100]) {
      if (trigger.ms % grainMs === 0) break;
      const below = Math.floor(trigger.ms / grainMs) * grainMs;
      rounder.push({ kind: 'at', ms: below }, { kind: 'at', ms: below + grainMs });
    }
    return rounder.map((other) => ({ trigger: other }));
  }).filter(({ timeline, runMs }) => startsBefore(timeline, runMs));

/** The same with other draws: what a smaller scenario sends otherwise may just miss the moment. */
export function reseeded(reduction: Reduction, tries: number): Reduction {
  return (scenario) =>
    seedsAfter(scenario.seed, tries)
      .map((seed) => withSeed(scenario, seed))
      .flatMap(reduction);
}

function seedsAfter(seed: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => (seed + at + 1) >>> 0);
}

/** A file in which something is done after the run is over is refused. */
function startsBefore(timeline: Scenario['timeline'], runMs: number): boolean {
  return timeline.every(({ trigger }) => trigger.kind !== 'at' || trigger.ms < runMs);
}

function withSeed(scenario: Scenario, seed: number): Scenario {
  return { ...scenario, seed, world: { ...scenario.world, seed } };
}

function withWorld(scenario: Scenario, change: Partial<World>): Scenario {
  return { ...scenario, world: { ...scenario.world, ...change } };
}

function eachEntry(
  scenario: Scenario,
  change: (entry: TimelineEntry) => readonly Partial<TimelineEntry>[],
): Scenario[] {
  return scenario.timeline.flatMap((entry, at) =>
    change(entry).map((other) => ({
      ...scenario,
      timeline: scenario.timeline.with(at, { ...entry, ...other }),
    })),
  );
}

function differs(one: Scenario, other: Scenario): boolean {
  return JSON.stringify(one.world) !== JSON.stringify(other.world);
}
