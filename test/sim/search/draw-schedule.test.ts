import { describe, expect, test } from 'vitest';
import { printScenario } from '../../../sim/scenario/print.ts';
import { parseScenarioFile } from '../../../sim/scenario/scenario-file.ts';
import type { Scenario } from '../../../sim/scenario/scenario.ts';
import { drawSchedule } from '../../../sim/search/draw-schedule.ts';
import { tenantIds } from '../../../sim/world/population.ts';

const plain = { base: null, bug: null };
const seeds = Array.from({ length: 400 }, (_, at) => at + 1);
const schedules = seeds.map((seed) => drawSchedule(seed, plain));
const entries = schedules.flatMap(({ timeline }) => timeline);

describe('drawSchedule', () => {
  test('draws the same from the same seed, and something else from another', () => {
    expect(drawSchedule(7, plain)).toEqual(drawSchedule(7, plain));
    expect(drawSchedule(8, plain).timeline).not.toEqual(drawSchedule(7, plain).timeline);
  });

  test('draws small worlds with about 400 requests in 30 s', () => {
    for (const { world, runMs } of schedules) {
      expect(world.cells).toBeGreaterThanOrEqual(2);
      expect(world.cells).toBeLessThanOrEqual(3);
      expect(world.tenants).toBeGreaterThanOrEqual(world.cells);
      expect(world.tenants).toBeLessThanOrEqual(8);
      expect((world.traffic.rps * runMs) / 1000).toBeCloseTo(400, -1);
      const { read, write, job, xl } = world.traffic.mix;
      expect(read + write + job + xl).toBeCloseTo(1, 9);
    }
  });

  test('draws as many entries as it is told, where there is room for them', () => {
    const counts = seeds.map((seed) => drawSchedule(seed, { ...plain, entries: 8 }).timeline.length);
    expect(Math.max(...counts)).toBe(8);
    expect(counts.filter((count) => count === 8).length).toBeGreaterThan(seeds.length * 0.9);
  });

  test('leaves the last part of a run alone, so that everything can recover', () => {
    const times = entries.flatMap(({ trigger }) => (trigger.kind === 'at' ? [trigger.ms] : []));
    expect(Math.max(...times)).toBeLessThanOrEqual(18_000);
    expect(times.length).toBeGreaterThan(1000);
  });

  test('draws each kind of fault in some schedules and leaves it out of others', () => {
    for (const fault of ['kill', 'pause', 'partition', 'stall', 'reset', 'aurora-failover', 'control-down']) {
      const having = schedules.filter(({ timeline }) =>
        timeline.some(({ step }) => step.kind === 'fault' && step.fault === fault),
      ).length;
      expect(having, fault).toBeGreaterThan(10);
      expect(having, fault).toBeLessThan(300);
    }
    expect(entries.some(({ step }) => step.kind === 'action' && step.action.do === 'move')).toBe(true);
  });

  test('never draws what loses data by design, nor a policy that a promise depends on', () => {
    const faults = new Set(entries.map(({ step }) => (step.kind === 'fault' ? step.fault : '')));
    expect(faults).not.toContain('storage-wiped');
    const set = new Set(entries.map(({ step }) => (step.kind === 'set' ? step.policy : 'none')));
    for (const policy of ['fence', 'mapValidate', 'mapFallback', 'heartbeat']) expect(set).not.toContain(policy);
  });

  test('never has two faults on the same part at the same time', () => {
    for (const { timeline, seed } of schedules) {
      const timed = timeline.flatMap(({ trigger, step }) =>
        trigger.kind === 'at' && step.kind === 'fault' && step.forMs !== null
          ? [{ target: step.target, fromMs: trigger.ms, untilMs: trigger.ms + step.forMs }]
          : [],
      );
      for (const one of timed)
        for (const other of timed) {
          if (one === other || one.untilMs <= other.fromMs || other.untilMs <= one.fromMs) continue;
          expect(`${one.target}/`.startsWith(`${other.target}/`), `seed ${seed}: ${one.target}`).toBe(false);
        }
    }
  });

  test('can be written as a file, and read from it again', () => {
    for (const schedule of schedules.slice(0, 40)) {
      const read = parseScenarioFile(Buffer.from(printScenario(schedule)));
      if (read.kind !== 'scenario') throw new Error(`seed ${schedule.seed}: ${JSON.stringify(read)}`);
      const timeline = read.scenario.timeline.map((entry) => ({ ...entry, line: 0 }));
      expect({ ...read.scenario, timeline, world: { ...read.scenario.world, on: 'virtual' } }).toEqual(schedule);
    }
  });

  test('what stands in one place does not depend on how many there are', () => {
    const few = drawSchedule(7, { ...plain, entries: 3 }).timeline;
    const many = drawSchedule(7, { ...plain, entries: 6 }).timeline;
    for (const entry of few) expect(many).toContainEqual(entry);
  });

  test('varies the schedule of a scenario, and keeps its world, its traffic and what it does in its order', () => {
    const base: Scenario = {
      ...drawSchedule(3, plain),
      name: 'mine',
      runMs: 60_000,
      timeline: [
        {
          line: 4,
          trigger: { kind: 'at', ms: 10_000 },
          step: { kind: 'action', action: { do: 'move', tenant: 't01', to: 'b' } },
        },
        { line: 5, trigger: { kind: 'at', ms: 20_000 }, step: { kind: 'set', policy: 'dispatch', value: 'lifo' } },
      ],
    };
    const drawn = drawSchedule(11, { base, bug: 'some-bug' });
    expect(drawn).toMatchObject({
      seed: 11,
      bug: 'some-bug',
      runMs: 60_000,
      world: { tenants: base.world.tenants, seed: 11 },
    });
    expect(tenantIds(drawn.world)).toEqual(tenantIds(base.world));
    const kept = drawn.timeline.filter(({ line }) => line > 0);
    expect(kept.map(({ line }) => line)).toEqual([4, 5]);
    expect(kept[0]?.trigger).not.toEqual(base.timeline[0]?.trigger);
    expect(drawn.timeline.length).toBeGreaterThan(2);
  });
});
