import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import type { Scenario, TimelineEntry } from '../../../sim/scenario/scenario.ts';
import { drawSchedule } from '../../../sim/search/draw-schedule.ts';
import { Moments, snapped } from '../../../sim/search/snap.ts';

const startT = 5_000_000;

const at = (ms: number): TimelineEntry => ({
  line: 0,
  trigger: { kind: 'at', ms },
  step: { kind: 'fault', fault: 'kill', target: 'b', settings: {}, forMs: 1000, hold: false },
});
const scenarioOf = (...timeline: TimelineEntry[]): Scenario => ({
  ...drawSchedule(1, { base: null, bug: null }),
  timeline,
});

function momentsOf(...events: readonly (readonly [ms: number, part: string, kind: string, tenant: string])[]): Moments {
  const moments = new Moments();
  events.forEach(([ms, part, kind, tenant], seq) => {
    const event: Event = { v: 1, t: startT + ms * 1000, at: 0, seq, life: 'l', part, kind, tenant };
    moments.take(event);
  });
  return moments;
}

test('names a moment by the step of a move before it, else by the n-th write of that cell', () => {
  const moments = momentsOf(
    [-50, 'b/web/1', 'write.committed', 't2'],
    [10, 'b/web/1', 'write.committed', 't2'],
    [20, 'a/web/1', 'write.committed', 't1'],
    [1000, 'control', 'move.fenced', 't1'],
    [1010, 'b/web/2', 'write.committed', 't2'],
    [1020, 'b/web/2', 'write.committed', 't2'],
  );
  expect(moments.triggers(scenarioOf(at(1013)), startT)).toEqual([
    [
      { kind: 'after', event: 'move.fenced', match: { tenant: 't1' }, count: 1 },
      { kind: 'after', event: 'write.committed', match: { cell: 'b' }, count: 2 },
    ],
  ]);
});

test('leaves alone what is not near, and times that nobody had to choose', () => {
  const moments = momentsOf([900, 'b/web/1', 'write.committed', 't2']);
  expect(moments.triggers(scenarioOf(at(1013), at(1000)), startT)).toEqual([[], []]);
});

test('makes one scenario of each trigger', () => {
  const moments = momentsOf([1000, 'control', 'move.fenced', 't1'], [1005, 'a/worker/1', 'job.started', 't1']);
  const scenario = scenarioOf(at(1013));
  const made = snapped(scenario, moments.triggers(scenario, startT));
  expect(made.map(({ timeline }) => timeline.map(({ trigger }) => trigger.kind === 'after' && trigger.event))).toEqual([
    ['move.fenced'],
    ['job.started'],
  ]);
});
