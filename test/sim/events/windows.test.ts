import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { answerOf, type Answer } from '../../../sim/events/answer.ts';
import { JobCounts } from '../../../sim/events/job-counts.ts';
import { Windows } from '../../../sim/events/windows.ts';

function answer(answeredMs: number, more: Partial<Answer> = {}): Answer {
  return {
    request: 'r',
    tenant: 't1',
    cell: 'a',
    status: 200,
    outcome: 'ok',
    error: false,
    reason: null,
    latencyMs: 5,
    sentMs: answeredMs - 5,
    answeredMs,
    at: answeredMs,
    ...more,
  };
}

const refusal = { status: 503, outcome: 'refused', error: true } as const;
const unknown = { status: 502, outcome: 'unknown', error: true } as const;

/** `perSecond` answers a second, evenly, from `fromMs` to `toMs`. */
function feed(windows: Windows, fromMs: number, toMs: number, perSecond: number, more: Partial<Answer> = {}): void {
  for (let timeMs = fromMs; timeMs < toMs; timeMs += 1000 / perSecond) windows.record(answer(timeMs, more), 'a');
}

test('rates are those of the last three seconds, split by what came of the requests', () => {
  const windows = new Windows();
  feed(windows, 0, 20_000, 40);
  feed(windows, 0, 20_000, 10, { latencyMs: 1500 });
  feed(windows, 17_000, 20_000, 20, refusal);
  feed(windows, 17_000, 20_000, 5, unknown);
  const read = windows.cell('a', 20_250);
  expect(read).toMatchObject({
    rps: 75,
    answeredPerSecond: 50,
    refusedPerSecond: 20,
    failedPerSecond: 5,
    latePerSecond: 10,
    inDoubt: 15,
    errorRatio: 0.3333,
  });
  expect(read.latencyMsP50).toBeCloseTo(5, 0);
  expect(read.latencyMsP99! / 1500).toBeCloseTo(1, 1);
});

test('what is over leaves the windows: rates after three seconds, percentiles after ten', () => {
  const windows = new Windows();
  feed(windows, 0, 5000, 10, { latencyMs: 900 });
  feed(windows, 5000, 20_000, 10, { latencyMs: 9 });
  expect(windows.cell('a', 20_250).latencyMsP99!).toBeLessThan(10);
  expect(windows.cell('a', 24_250)).toMatchObject({ rps: 0, errorRatio: 0 });
  expect(windows.cell('a', 40_000)).toMatchObject({ latencyMsP50: null, latencyMsP99: null });
});

test('answers in doubt are counted since the open fault', () => {
  const windows = new Windows();
  windows.record(answer(1000, unknown), 'a');
  windows.record(answer(2000, unknown), 'a');
  windows.countDoubtSince(1500);
  expect(windows.cell('a', 60_000).inDoubt).toBe(1);
  windows.countDoubtSince(null);
  expect(windows.cell('a', 60_000).inDoubt).toBe(0);
});

test('the history has one letter a second', () => {
  const windows = new Windows();
  windows.addCell('a', 1_000_000);
  feed(windows, 1_000_000, 1_003_000, 10);
  feed(windows, 1_003_000, 1_004_000, 10, { latencyMs: 2000 });
  feed(windows, 1_004_000, 1_006_000, 10, refusal);
  windows.record(answer(1_007_100), 'a');
  expect(windows.history('a', 1_008_500)).toBe(' '.repeat(82) + '...~XX-.');
  expect(windows.history('a', 1_090_500)).toHaveLength(90);
});

test('a tenant has figures of its own, and none where it never called', () => {
  const windows = new Windows();
  feed(windows, 0, 6000, 4);
  feed(windows, 3000, 6000, 4, { tenant: 't2', ...refusal });
  expect(windows.tenant('t1', 6250)).toMatchObject({ rps: 4, errorRatio: 0, errors: 0, lastAnswerMs: 5750 });
  expect(windows.tenant('t2', 6250)).toMatchObject({ rps: 4, errorRatio: 1, errors: 12, latencyMsP99: null });
  expect(windows.tenant('t3', 6250)).toMatchObject({ rps: 0, lastAnswerMs: null });
});

function event(part: string, fields: Record<string, unknown>): Event {
  return { v: 1, t: 5_000_000, at: 1, seq: 1, life: 'l', part, kind: 'request.answered', ...fields };
}

test('a router is believed, a client only where no answer reached it', () => {
  const fields = {
    request: 'r1',
    tenant: 't1',
    cell: 'a',
    status: 502,
    outcome: 'unknown',
    error: true,
    latencyMs: 12,
  };
  expect(answerOf(event('router/1', { ...fields, sentT: 4_988_000, reason: 'broke' }))).toMatchObject({
    status: 502,
    sentMs: 4988,
    answeredMs: 5000,
    reason: 'broke',
  });
  expect(answerOf(event('traffic', fields))).toBeNull();
  expect(answerOf(event('traffic', { ...fields, status: null, outcome: 'refused' }))).toMatchObject({
    status: 0,
    outcome: 'refused',
    error: true,
  });
  expect(answerOf({ ...event('router/1', fields), kind: 'cell.state' })).toBeNull();
});

test('jobs delivered again and done twice are counted', () => {
  const counts = new JobCounts();
  const job = (kind: string, t: number, fields: Record<string, unknown>) =>
    counts.record({ ...event('a/worker/1', fields), kind, t });
  job('job.redelivered', 1_000_000, { job: 'j1' });
  job('job.redelivered', 9_000_000, { job: 'j2' });
  job('job.done', 9_000_000, { job: 'j2', already: false });
  job('job.done', 9_100_000, { job: 'j2', already: true });
  expect(counts.since(5000)).toEqual({ rerun: 1, twice: 0 });
  job('job.done', 9_200_000, { job: 'j2', already: false });
  expect(counts.since(5000)).toEqual({ rerun: 1, twice: 1 });
});

test('while the machine slept nothing is known: its seconds are marked, and answers that crossed it are told apart', () => {
  const windows = new Windows();
  windows.addCell('a', 0);
  feed(windows, 0, 100_000, 10);
  windows.markUnknown(40_000, 50_000);
  const letters = windows.history('a', 100_250);
  expect(letters).toHaveLength(90);
  expect(letters.slice(29, 42)).toBe('.???????????.');
  expect(windows.isUnknown({ sentMs: 39_000, answeredMs: 51_000 })).toBe(true);
  expect(windows.isUnknown({ sentMs: 51_000, answeredMs: 51_005 })).toBe(false);
});
