import { expect, test } from 'vitest';
import { fakeSnapshot } from '../../support/fake-world.ts';
import { candidates, complete } from '../../../tui/commands/complete.ts';
import { commandSpecs, parseCommand } from '../../../tui/commands/parse.ts';

test.each([
  ['kill b', 'fault.inject', { kind: 'kill', target: 'b', settings: {}, forMs: null, hold: false, by: 'ui' }],
  [
    'petri kill b/web/1 --for 10s --hold',
    'fault.inject',
    { kind: 'kill', target: 'b/web/1', settings: {}, forMs: 10_000, hold: true, by: 'ui' },
  ],
  [
    './petri fault latency router->b latency=1s jitter=0ms',
    'fault.inject',
    {
      kind: 'latency',
      target: 'router->b',
      settings: { latency: 1000, jitter: 0 },
      forMs: null,
      hold: false,
      by: 'ui',
    },
  ],
  ['heal', 'fault.heal', { id: null }],
  ['heal --all', 'fault.heal', { id: null }],
  ['heal f2', 'fault.heal', { id: 'f2' }],
  ['resume b', 'fault.heal', { id: 'b' }],
  ['restart b/web/1', 'restart', { target: 'b/web/1', by: 'ui' }],
  ['traffic --rps 300', 'traffic.set', { rps: 300, on: true }],
  ['traffic --off', 'traffic.set', { on: false }],
  ['set dispatch lifo', 'policy.set', { name: 'dispatch', value: 'lifo' }],
  ['quarantine t21', 'tenant.override', { tenant: 't21', override: 'quarantined' }],
  ['move t21 c', 'tenant.move', { tenant: 't21', cell: 'c', as: 'move' }],
  ['pin t21 c', 'tenant.move', { tenant: 't21', cell: 'c', as: 'pin' }],
  ['quarantine t21 --to c', 'tenant.move', { tenant: 't21', cell: 'c', as: 'quarantine' }],
  ['drain b', 'cell.empty', { cell: 'b', how: 'drain' }],
  ['evacuate b', 'cell.empty', { cell: 'b', how: 'evacuate' }],
  ['evacuate b --off', 'cell.empty', { cell: 'b', how: 'off' }],
  ['quarantine t21 --off', 'tenant.override', { tenant: 't21', override: null }],
  ['pin "t21"', 'tenant.override', { tenant: 't21', override: 'pinned' }],
  ['scale b web 3', 'scale', { cell: 'b', service: 'web', count: 3 }],
  ['why r-12', 'why', { subject: 'r-12' }],
  [
    'stop b/web/1',
    'fault.inject',
    { kind: 'stop', target: 'b/web/1', settings: {}, forMs: null, hold: false, by: 'ui' },
  ],
  ['traffic --mix read=50%,write=50%', 'traffic.set', { mix: { read: 0.5, write: 0.5, job: 0, xl: 0 } }],
  ['tenant add acme --cell b', 'tenant.add', { tenant: 'acme', cell: 'b' }],
  ['redrive b', 'redrive', { cell: 'b' }],
  ['reset', 'reset', {}],
  ['down', 'down', {}],
])('%s', (line, method, args) => {
  const parsed = parseCommand(line);
  expect(parsed.ok && { method: parsed.call.method, args: parsed.call.args }).toEqual({ method, args });
});

test.each([
  ['', 'Type a command'],
  ['explode b', '"explode" cannot be run here'],
  ['kill', 'kill what?'],
  ['fault nonsense b', 'No such kind of fault as nonsense'],
  ['fault latency b speed=9', 'no setting'],
  ['kill b --for soon', '--for'],
  ['traffic --rps many', 'A number, not "many"'],
  ['scale b tea 3', 'web, worker or xl'],
  ['move t21', 'move which tenant where?'],
  ['evacuate', 'evacuate which cell?'],
  ['traffic --mix read=50%', 'add up to 100%'],
  ['tenant remove t01', 'tenant add ID'],
  ['kill b c', 'does not take "c"'],
  ['kill b --hodl', 'did you mean --hold?'],
  ['kil b', 'did you mean kill?'],
])('"%s" is refused with a sentence', (line, words) => {
  const parsed = parseCommand(line);
  expect(parsed.ok ? 'taken' : parsed.error).toContain(words);
});

test('Tab completes commands, targets, kinds, settings and open faults', () => {
  const snapshot = fakeSnapshot({ moment: 'killed' });
  expect(complete('ki', snapshot)).toBe('kill ');
  expect(complete('kill b/au', snapshot)).toBe('kill b/aurora/');
  expect(complete('petri fault lat', snapshot)).toBe('petri fault latency ');
  expect(candidates('fault latency router->b ', snapshot)).toEqual(['latency=', 'jitter=']);
  expect(candidates('heal ', snapshot)).toEqual(['f1', 'b']);
  expect(candidates('quarantine t2', snapshot)).toHaveLength(10);
  expect(complete('nonsense b', snapshot)).toBe('nonsense b');
});

test('every command says how it is used, beginning with its name', () => {
  for (const spec of commandSpecs) expect(spec.usage.split(' ')[0]).toBe(spec.name);
});
