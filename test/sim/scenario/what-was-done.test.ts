import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { printScenario } from '../../../sim/scenario/print.ts';
import { parseScenarioFile } from '../../../sim/scenario/scenario-file.ts';
import { scenarioOf } from '../../../sim/scenario/what-was-done.ts';
import { defaultWorld } from '../../../sim/world/schema.ts';

let seq = 0;
const at = (seconds: number, kind: string, fields: object): Event => ({
  ...{ v: 1, t: seconds * 1_000_000, at: 0, seq: ++seq, life: 'x', part: 'supervisor', kind },
  ...fields,
});
const world = defaultWorld({ seed: 9, cells: 2 });

const events = [
  at(10, 'policy.changed', { name: 'dispatch', value: 'lifo' }),
  at(20, 'action.done', { method: 'traffic.set', args: { rps: 50 } }),
  at(100, 'fault.injected', { fault: 'f1', what: 'kill', target: 'b', settings: {}, hold: false, by: 'ui' }),
  at(101, 'fault.seen', { fault: 'f1', what: 'kill', target: 'b' }),
  at(104.04, 'policy.changed', { name: 'fence', value: 'off' }),
  at(106.5, 'fault.healed', { fault: 'f1', what: 'kill', target: 'b' }),
  at(107, 'fault.seen', { fault: 'f2', what: 'death', target: 'a/web/1', by: 'outside' }),
  at(108, 'fault.injected', {
    ...{ fault: 'f3', what: 'latency', target: 'router->a', settings: { latency: 300, jitter: 0 }, hold: false },
  }),
  at(109, 'fault.injected', { fault: 'f4', what: 'kill', target: 'a/web/1', settings: {}, hold: false }),
  at(110, 'action.done', { method: 'scale', args: { cell: 'a', service: 'web', count: 3 } }),
  at(111, 'action.done', { method: 'tenant.override', args: { tenant: 't01', override: 'quarantined' } }),
  at(112, 'action.done', { method: 'tenant.override', args: { tenant: 't01', override: null } }),
  at(113, 'action.done', { method: 'restart', args: { target: 'b' } }),
  at(115, 'action.done', { method: 'cell.empty', args: { cell: 'a', how: 'drain' } }),
  at(118, 'action.done', { method: 'tenant.move', args: { tenant: 't02', cell: 'b', as: 'pin' }, tookMs: 4000 }),
];

test('what was done is a scenario that can be run: what lies before is how its world begins', () => {
  const scenario = scenarioOf(world, events, 50_000_000, 120_000_000);
  expect(scenario.world).toEqual({
    ...world,
    policies: { dispatch: 'lifo' },
    traffic: { ...world.traffic, rps: 50 },
  });
  const text = printScenario(scenario);
  expect(text.slice(text.indexOf('timeline:'))).toBe(
    [
      'timeline:',
      '  - {at: 3s, fault: kill, target: b, for: 6500ms}',
      '  - {at: 7s, set: {fence: off}}',
      '  - {at: 11s, fault: latency, target: router->a, jitter: 0ms}',
      '  - {at: 12s, fault: kill, target: a/web/1}',
      '  - {at: 13s, scale: {cell: a, service: web, count: 3}}',
      '  - {at: 14s, quarantine: {tenant: t01}}',
      '  - {at: 16s, restart: b}',
      '  - {at: 17s, pin: {tenant: t02, cell: b}}',
      '  - {at: 18s, drain: a}',
      'run: 28s',
      'expect: {invariants: all}',
      '',
    ].join('\n'),
  );
  expect(parseScenarioFile(Buffer.from(text)).kind).toBe('scenario');
});

test('where nothing was done it is a scenario without a timeline', () => {
  const scenario = scenarioOf(world, events, 119_000_000, 125_000_000);
  expect(scenario.timeline).toEqual([]);
  expect(scenario.world.policies).toEqual({ dispatch: 'lifo', fence: 'off' });
  expect(parseScenarioFile(Buffer.from(printScenario(scenario))).kind).toBe('scenario');
});
