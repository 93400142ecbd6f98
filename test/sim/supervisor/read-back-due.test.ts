import { expect, test } from 'vitest';
import type { BlastRadius } from '../../../sim/state/status.ts';
import { ReadBackDue } from '../../../sim/supervisor/read-back-due.ts';

const open: BlastRadius = {
  fault: 'f1',
  targets: ['b/db'],
  predictedRatio: 0.5,
  measuredRatio: 0,
  predicted: ['b1', 'b2'],
  hit: [],
  silent: [],
  leaks: [],
  leakRequests: [],
  inFlight: [],
  inDoubt: 0,
  noticedAfterMs: null,
  sinceMs: 10_000,
  untilMs: null,
};
const closed = { ...open, untilMs: 10_300 };

test('what was acknowledged to those who were hit is read back once the entry is closed, and only once', () => {
  const due = new ReadBackDue();
  expect(due.look(null)).toBeNull();
  expect(due.look({ ...open, hit: ['b1'] })).toBeNull();
  expect(due.look({ ...closed, hit: ['b1'] })?.hit).toEqual(['b1']);
  expect(due.look({ ...closed, hit: ['b1'] })).toBeNull();
});

test('the record of one who was hit comes after the entry was closed: it is read back for them too', () => {
  const due = new ReadBackDue();
  expect(due.look(closed)).toBeNull();
  expect(due.look({ ...closed, hit: ['b1'] })?.hit).toEqual(['b1']);
  expect(due.look({ ...closed, hit: ['b1', 'b2'] })?.hit).toEqual(['b1', 'b2']);
  expect(due.look({ ...closed, hit: ['b1', 'b2'] })).toBeNull();
});

test('the same restart a second time is another entry', () => {
  const due = new ReadBackDue();
  due.look({ ...closed, hit: ['b1'] });
  expect(due.look({ ...closed, sinceMs: 20_000, untilMs: 20_200, hit: ['b2'] })?.hit).toEqual(['b2']);
});
