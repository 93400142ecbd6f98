import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { Coverage, goals } from '../../../sim/search/coverage.ts';

let seq = 0;
const event = (part: string, kind: string, fields: Record<string, unknown> = {}): Event => ({
  v: 1,
  t: ++seq,
  at: 0,
  seq,
  life: 'l',
  part,
  kind,
  ...fields,
});

function metBy(...events: readonly Event[]): readonly string[] {
  const coverage = new Coverage();
  for (const each of events) coverage.take(each);
  return coverage.met();
}

test('a run in which nothing happened meets no goal', () => {
  expect(metBy(event('a/aurora/1', 'aurora.role', { role: 'writer', generation: 1 }))).toEqual([]);
});

test('a failover is a writer of a later generation', () => {
  expect(metBy(event('a/aurora/2', 'aurora.role', { role: 'writer', generation: 2 }))).toEqual(['aurora failed over']);
});

test('a write in doubt counts once its retry was answered', () => {
  const answered = (attempt: number, outcome: string) =>
    event('traffic', 'request.answered', { request: 'r1', op: 'write', attempt, outcome, status: 200 });
  expect(metBy(answered(1, 'unknown'))).toEqual([]);
  expect(metBy(answered(1, 'unknown'), answered(2, 'ok'))).toEqual([
    'a write in doubt was retried and answered',
    'a write was answered by a later attempt',
  ]);
});

test('a move that control left in the middle counts once it goes on', () => {
  const step = (name: string) => event('control', `move.${name}`, { tenant: 't1' });
  const died = event('supervisor', 'part.died', { address: 'control' });
  expect(metBy(died, step('quiesced'))).not.toContain('a move went on after control died');
  expect(metBy(step('quiesced'), died, step('drained'))).toContain('a move went on after control died');
});

test('a tenant that writes in two cells has moved', () => {
  const wrote = (part: string) => event(part, 'write.committed', { tenant: 't1' });
  expect(metBy(wrote('a/web/1'), wrote('a/web/2'))).toEqual([]);
  expect(metBy(wrote('a/web/1'), wrote('b/web/1'))).toEqual(['a tenant wrote in two cells']);
});

test('two faults at once are told from two in a row', () => {
  const fault = (kind: string, id: string) => event('supervisor', `fault.${kind}`, { fault: id });
  expect(metBy(fault('injected', 'f1'), fault('gone', 'f1'), fault('injected', 'f2'))).toEqual([
    'everything was open again after a fault',
  ]);
  expect(metBy(fault('injected', 'f1'), fault('injected', 'f2'))).toEqual(['two faults were open at once']);
});

test('every goal has a name of its own', () => {
  expect(new Set(goals).size).toBe(goals.length);
});
