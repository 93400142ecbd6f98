import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Scenario, Trigger } from '../../../sim/scenario/scenario.ts';
import { drawSchedule } from '../../../sim/search/draw-schedule.ts';
import { shrink, type ShrinkPorts } from '../../../sim/search/shrink.ts';

const isFault =
  (fault: string, cell?: string) =>
  ({ timeline }: Scenario) =>
    timeline.some(({ step }) => step.kind === 'fault' && step.fault === fault && (!cell || step.target.includes(cell)));
const moves = ({ timeline }: Scenario) =>
  timeline.filter(({ step }) => step.kind === 'action' && step.action.do === 'move');

/** The first seed whose schedule fails. */
function found(fails: (scenario: Scenario) => boolean): Scenario {
  for (let seed = 1; seed < 20_000; seed++) {
    const scenario = drawSchedule(seed, { base: null, bug: null });
    if (scenario.timeline.length >= 6 && scenario.world.tenants >= 4 && fails(scenario)) return scenario;
  }
  throw new Error('no seed fails');
}

function portsOf(fails: (scenario: Scenario) => boolean, change: Partial<ShrinkPorts> = {}): ShrinkPorts {
  return {
    fails: async (scenario) => fails(scenario),
    triggers: async () => [],
    width: 1,
    over: () => false,
    ...change,
  };
}

describe('shrink', () => {
  test('leaves one fault where one is enough, and the plainest world', async () => {
    const fails = isFault('aurora-failover');
    const { scenario, complete } = await shrink(found(fails), portsOf(fails));
    expect(complete).toBe(true);
    expect(scenario.timeline).toHaveLength(1);
    expect(fails(scenario)).toBe(true);
    expect(scenario.world).toMatchObject({ tenants: 1, cells: 1, routers: 1, cell: { web: 1, worker: 1 } });
    expect(scenario.runMs).toBeLessThan(30_000);
    // A file in which something is done after its run is refused.
    const { trigger } = scenario.timeline[0]!;
    expect(trigger.kind === 'at' ? trigger.ms : 0).toBeLessThan(scenario.runMs);
    expect(scenario.world.traffic).toMatchObject({ rps: 1, skew: 0, mix: { read: 0, job: 0, xl: 0 } });
  });

  test('keeps exactly the two faults that it takes', async () => {
    const fails = (scenario: Scenario) => isFault('pause')(scenario) && isFault('latency')(scenario);
    const { scenario } = await shrink(found(fails), portsOf(fails));
    expect(scenario.timeline.map(({ step }) => step.kind === 'fault' && step.fault).toSorted()).toEqual([
      'latency',
      'pause',
    ]);
  });

  test('keeps a move, both its cells, and a tenant that lives where the moved one lived', async () => {
    const pausesTheNewHome = (scenario: Scenario) =>
      moves(scenario).some(
        ({ step }) =>
          step.kind === 'action' && step.action.do === 'move' && isFault('pause', `${step.action.to}/`)(scenario),
      );
    const fails = (scenario: Scenario) => pausesTheNewHome(scenario) && scenario.world.cells > 1;
    const { scenario } = await shrink(found(fails), portsOf(fails));
    expect(scenario.timeline).toHaveLength(2);
    expect(scenario.world.cells).toBe(2);
    expect(scenario.world.tenants).toBeLessThanOrEqual(2);
    const [move] = moves(scenario);
    expect(move?.step).toMatchObject({ action: { tenant: expect.stringMatching(/^t0[12]$/) } });
  });

  test('rounds a time as far as the failure lets it', async () => {
    const before = found(isFault('kill'));
    const fails = (scenario: Scenario) =>
      scenario.timeline.some(
        ({ step, trigger }) =>
          step.kind === 'fault' &&
          step.fault === 'kill' &&
          trigger.kind === 'at' &&
          trigger.ms >= 7100 &&
          trigger.ms < 7400,
      );
    const timed = {
      ...before,
      timeline: before.timeline.map((entry) => ({ ...entry, trigger: { kind: 'at' as const, ms: 7230 } })),
    };
    const { scenario } = await shrink(timed, portsOf(fails));
    expect(scenario.timeline.map(({ trigger }) => trigger)).toEqual([{ kind: 'at', ms: 7200 }]);
  });

  test('lets a fault wait for an event where its time must be exact', async () => {
    const before = found(isFault('kill'));
    const afterFlip: Trigger = { kind: 'after', event: 'move.flipped', match: { tenant: 't01' }, count: 1 };
    const fails = (scenario: Scenario) =>
      scenario.timeline.some(
        ({ step, trigger }) =>
          step.kind === 'fault' &&
          step.fault === 'kill' &&
          (trigger.kind === 'at' ? trigger.ms === 7230 : isDeepStrictEqual(trigger, afterFlip)),
      );
    const kill = before.timeline.find(({ step }) => step.kind === 'fault' && step.fault === 'kill')!;
    const timed = { ...before, timeline: [{ ...kill, trigger: { kind: 'at' as const, ms: 7230 } }] };
    const triggers = async ({ timeline }: Scenario) => timeline.map(() => [afterFlip]);
    const { scenario } = await shrink(timed, portsOf(fails, { triggers }));
    expect(scenario.timeline.map(({ trigger }) => trigger)).toEqual([afterFlip]);
  });

  test('waits for no later event than it takes, which as many tenants must make happen', async () => {
    const before = found(isFault('kill'));
    const kill = before.timeline.find(({ step }) => step.kind === 'fault' && step.fault === 'kill')!;
    const third: Trigger = { kind: 'after', event: 'move.flipped', match: {}, count: 3 };
    const fails = ({ timeline, world }: Scenario) =>
      timeline.some(({ trigger }) => trigger.kind === 'after' && trigger.count <= world.tenants);
    const { scenario } = await shrink({ ...before, timeline: [{ ...kill, trigger: third }] }, portsOf(fails));
    expect(scenario.timeline.map(({ trigger }) => trigger)).toEqual([{ ...third, count: 1 }]);
    expect(scenario.world.tenants).toBe(1);
  });

  test('gives the same whether it asks one by one or several at once', async () => {
    const fails = (scenario: Scenario) => isFault('partition')(scenario) && scenario.world.traffic.rps > 3;
    const start = found(fails);
    const alone = await shrink(start, portsOf(fails));
    const together = await shrink(start, portsOf(fails, { width: 4 }));
    expect(together.scenario).toEqual(alone.scenario);
  });

  test('keeps what it has when the time is over, and says so', async () => {
    const fails = isFault('kill');
    const start = found(fails);
    let asked = 0;
    const ports = portsOf((scenario) => (asked++, fails(scenario)), { over: () => asked >= 3 });
    const { scenario, complete, tried } = await shrink(start, ports);
    expect(complete).toBe(false);
    expect(tried).toBe(3);
    expect(fails(scenario)).toBe(true);
  });

  test('tries other draws where what is left misses the moment by a little', async () => {
    const start = found((scenario) => scenario.timeline.length > 6);
    // Two entries are enough, but only with an even seed other than the one it was found with.
    const fails = ({ timeline, seed }: Scenario) =>
      timeline.length > 3 || (timeline.length > 1 && seed === start.seed + 2);
    const { scenario } = await shrink(start, portsOf(fails));
    expect(scenario.timeline.length).toBeLessThanOrEqual(3);
    expect(scenario.world.seed).toBe(scenario.seed);
  });
});
