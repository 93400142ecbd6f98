import { expect, test } from 'vitest';
import { acknowledge, ClientMemory, resolveDoubts } from '../../../sim/traffic/memory.ts';
import { outcomeOf, outcomeOfFailure } from '../../../sim/traffic/outcome.ts';
import { RetryBudget, retryWaitMs } from '../../../sim/traffic/retry.ts';

const refused = { attempt: 1, status: 503, repeatable: true, retryAfterMs: null };

test.each([
  [200, true, false, 'ok', false],
  [202, true, false, 'ok', false],
  [404, true, false, 'ok', false],
  [404, false, false, 'refused', false],
  [409, true, false, 'refused', false],
  [421, true, false, 'refused', false],
  [429, true, false, 'refused', true],
  [503, false, true, 'refused', true],
  [503, false, false, 'unknown', true],
  [502, false, false, 'unknown', true],
  [504, false, false, 'unknown', true],
  [500, true, false, 'unknown', true],
] as const)('%i (from a cell: %s, retry-after: %s) is %s', (status, fromCell, retryAfter, outcome, error) => {
  expect(outcomeOf(status, fromCell, retryAfter)).toEqual({ outcome, error });
});

test('a connection that was never made surely had no effect; one that broke may have had', () => {
  expect(outcomeOfFailure('ECONNREFUSED')).toEqual({ outcome: 'refused', error: true });
  expect(outcomeOfFailure('ECONNRESET')).toEqual({ outcome: 'unknown', error: true });
  expect(outcomeOfFailure('UND_ERR_HEADERS_TIMEOUT')).toEqual({ outcome: 'unknown', error: true });
});

test('keyed: backoff doubles up to two seconds, with jitter, and ends after five attempts', () => {
  const wait = (attempt: number, jitter: number) =>
    retryWaitMs('keyed', { ...refused, attempt }, jitter, new RetryBudget());
  expect([1, 2, 3, 4, 5].map((attempt) => wait(attempt, 1))).toEqual([100, 200, 400, 800, null]);
  expect(wait(1, 0)).toBe(50);
  expect(retryWaitMs('keyed', { ...refused, retryAfterMs: 60_000 }, 1, new RetryBudget())).toBe(2000);
});

test.each([
  ['a success', { status: 200 }, null],
  ['a refusal for good', { status: 422 }, null],
  ['a first 409', { status: 409 }, null],
  ['a 409 on a later attempt', { status: 409, attempt: 2 }, 200],
  ['no answer', { status: null }, 100],
  ['what may not be done twice', { status: 502, repeatable: false }, null],
] as const)('keyed, after %s', (_what, attempt, waitMs) => {
  expect(retryWaitMs('keyed', { ...refused, ...attempt }, 1, new RetryBudget())).toBe(waitMs);
});

test('none never tries again; storm does at once, without a budget', () => {
  const budget = new RetryBudget();
  expect(retryWaitMs('none', refused, 1, budget)).toBeNull();
  for (let n = 0; n < 100; n++) expect(retryWaitMs('storm', refused, 1, budget)).toBe(0);
});

test('the budget is a tenth of the requests', () => {
  const budget = new RetryBudget();
  let retries = 0;
  for (let n = 0; n < 1000; n++) {
    budget.earn();
    if (retryWaitMs('keyed', refused, 1, budget) !== null) retries++;
  }
  expect(retries).toBeGreaterThan(90);
  expect(retries).toBeLessThanOrEqual(110);
});

test('writes in doubt are told apart by the versions that nobody acknowledged', () => {
  const row = new ClientMemory().row('t1', 's1', 'r1');
  acknowledge(row, 5, '5-x', 'q1');
  row.doubts.push('k1', 'k2');
  acknowledge(row, 7, '7-x', 'q2');
  expect(resolveDoubts(row, 7, '{"value":{"write":"other"}}')).toEqual({ taken: 1, notTaken: 1 });
  row.doubts.push('k3');
  expect(resolveDoubts(row, 7, '{"value":{"write":"other"}}')).toEqual({ taken: 0, notTaken: 1 });
  row.doubts.push('k4');
  expect(resolveDoubts(row, 8, '{"value":{"write":"k4"}}')).toEqual({ taken: 1, notTaken: 0 });
});

test('a row whose only write is in doubt is judged by its value', () => {
  const row = new ClientMemory().row('t1', 's1', 'r1');
  row.doubts.push('k1');
  expect(resolveDoubts(row, 1, '{"value":{"write":"k1"}}')).toEqual({ taken: 1, notTaken: 0 });
});
