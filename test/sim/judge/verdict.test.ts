import { expect, test } from 'vitest';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { verdictOf } from '../../../sim/judge/verdict.ts';
import type { Expectations } from '../../../sim/scenario/scenario.ts';
import { type History, judge, mutated, ordinaryHistory } from './history.ts';

const nothing: Expectations = {
  ...{ blastRadius: null, errors: { all: null, inside: null, outside: null }, detectWithinMs: null },
  ...{
    recoverWithinMs: null,
    queueAgeMs: null,
    jobsRerun: null,
    jobsDead: null,
    goodput: null,
    invariants: [],
    violated: [],
  },
};

/** b is killed and comes back; t3 alone is hit. */
function killed(): History {
  const history = ordinaryHistory();
  history.kill('b');
  history.refuse(history.send('write', 't3', 's1/r1'));
  history.write('t1', 's1/r1');
  history.heal('b');
  history.readBack();
  return history;
}

test('what is within its bounds holds, and says what was measured', () => {
  const expected: Expectations = {
    ...{ blastRadius: 0.34, errors: { all: 1, inside: null, outside: 0 }, detectWithinMs: 200 },
    ...{
      recoverWithinMs: 15_000,
      queueAgeMs: 1000,
      jobsRerun: null,
      jobsDead: null,
      goodput: 0.9,
      invariants: 'all',
      violated: [],
    },
  };
  const { verdict, headline, expectations } = verdictOf(judge(killed()), expected);
  expect(verdict).toBe('held');
  expect(headline).toBe('17 requests, 94.1% answered well, 33.3% of the tenants hit, as expected');
  expect(expectations.slice(0, 7)).toEqual([
    { name: 'blastRadius', state: 'held', expected: 'at most 34%', measured: '33.3%' },
    { name: 'errors.all', state: 'held', expected: 'at most 1', measured: '1' },
    { name: 'errors.outside', state: 'held', expected: 'at most 0', measured: '0' },
    { name: 'detectWithin', state: 'held', expected: 'at most 0.2 s', measured: '0.1 s' },
    { name: 'recoverWithin', state: 'held', expected: 'at most 15 s', measured: '0 s' },
    { name: 'queueAge', state: 'held', expected: 'at most 1 s', measured: '0 s' },
    { name: 'goodput', state: 'held', expected: 'at least 90%', measured: '94.1%' },
  ]);
  expect(expectations.find(({ name }) => name === 'invariants.same-bytes')?.state).toBe('skipped');
});

test('a bound that is passed is a violation, and the headline says which', () => {
  const expected: Expectations = { ...nothing, blastRadius: 0.2, errors: { all: null, inside: 0, outside: 0 } };
  const { verdict, headline } = verdictOf(judge(killed()), expected);
  expect(verdict).toBe('violated');
  expect(headline).toBe('blastRadius: expected at most 20%; seen 33.3% (and errors.inside)');
});

test('a broken invariant is a violation where it is expected to hold, and what a lesson is there for where it is expected to break', () => {
  const history = killed();
  const stale = history.send('read', 't1', 's1/r1');
  history.answer(stale, { etag: etagOfValue(1, 'older'), version: 1 });
  const judgement = judge(history);
  expect(verdictOf(judgement, { ...nothing, invariants: 'all' })).toMatchObject({
    verdict: 'violated',
    headline: expect.stringMatching(/^row-order: expected s1\/r1 at version 3 or later/) as string,
  });
  expect(verdictOf(judgement, { ...nothing, invariants: ['no-lost-write'] }).verdict).toBe('held');
  const lesson = verdictOf(judgement, { ...nothing, invariants: 'all', violated: ['row-order'] });
  expect(lesson.verdict).toBe('held');
  expect(lesson.expectations).toContainEqual({
    ...{ name: 'invariants.row-order', state: 'held', expected: 'violated' },
    measured: 'violated once in 17 operations on rows',
  });
  const unbroken = verdictOf(judge(killed()), { ...nothing, violated: ['row-order'] });
  expect(unbroken.verdict).toBe('violated');
});

test('a run that proves nothing is inconclusive, whatever it shows, and an unknown is no pass', () => {
  const untaken = mutated(killed(), ({ kind }) => kind === 'fault.seen', null);
  const { verdict, headline } = verdictOf(judge(untaken), { ...nothing, blastRadius: 0.1 });
  expect({ verdict, headline }).toEqual({
    verdict: 'inconclusive',
    headline: 'kill b (f1) was never seen to take',
  });
  const unread = ordinaryHistory();
  unread.write('t1', 's1/r1');
  const unclear = verdictOf(judge(unread), { ...nothing, invariants: 'all' });
  expect(unclear).toMatchObject({
    verdict: 'inconclusive',
    headline: 'no-lost-write is unknown: 1 row with acknowledged writes could not be read back',
  });
});
