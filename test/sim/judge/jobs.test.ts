import { expect, test } from 'vitest';
import { judge, mutated, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

test('an accepted job that nobody knows at the end is lost', () => {
  const history = ordinaryHistory();
  const job = history.send('job', 't1');
  history.commit(job);
  history.answer(job);
  history.poll('t1', job.job!, { status: 404, state: null, ended: false });
  const verdict = verdictOn('no-lost-job', judge(history));
  expect(verdict.violations[0]).toMatchObject({ tenant: 't1', request: job.request, seen: 'no such job' });
  expect(violatedBy(history)).toEqual(['no-lost-job']);
});

test('an accepted job that is open still at the end is lost', () => {
  const history = ordinaryHistory();
  const job = history.send('job', 't1');
  history.commit(job);
  history.answer(job);
  history.poll('t1', job.job!);
  expect(verdictOn('no-lost-job', judge(history)).violations[0]?.seen).toBe('it is queued still when the record ends');
});

test('a job of which nothing more was heard is unknown', () => {
  const history = ordinaryHistory();
  const job = history.send('job', 't1');
  history.commit(job);
  history.answer(job);
  expect(verdictOn('no-lost-job', judge(history)).state).toBe('unknown');
});

test('a job that its client could not know of may be lost, and a dead one is none that is lost', () => {
  const history = ordinaryHistory();
  const doubtful = history.send('job', 't1');
  history.commit(doubtful);
  history.timeout(doubtful, true);
  const dead = history.send('job', 't2');
  history.commit(dead);
  history.answer(dead);
  history.record('a/worker/1', 'job.dead', { tenant: 't2', job: dead.job, attempts: 5, reason: 'poison' });
  const { invariants, facts } = judge(history);
  expect(invariants.filter(({ state }) => state === 'violated')).toEqual([]);
  expect(facts.jobs).toEqual({ accepted: 5, done: 3, dead: 1, open: 1, redelivered: 0 });
});

test('an effect that happens twice is a breach', () => {
  const history = ordinaryHistory();
  const job = history.job('t1');
  history.work(job);
  const verdict = verdictOn('job-once', judge(history));
  expect(verdict).toMatchObject({ state: 'violated', count: 1 });
  expect(verdict.violations[0]).toMatchObject({ tenant: 't1', cell: 'a', seen: 'its effect again' });
});

test('a job that ends in two ways is a breach, whichever comes first', () => {
  for (const doneFirst of [true, false]) {
    const history = ordinaryHistory();
    const job = history.send('job', 't1');
    history.commit(job);
    history.answer(job);
    const dead = { tenant: 't1', job: job.job, attempts: 5, reason: 'poison' };
    if (doneFirst) history.work(job);
    history.record('a/worker/1', 'job.dead', dead);
    if (!doneFirst) history.work(job);
    expect(violatedBy(history)).toEqual(['job-once']);
  }
});

test('a job that was done and is open again for its owner is a breach', () => {
  const history = ordinaryHistory();
  const job = history.job('t1');
  history.poll('t1', job.job!, { state: 'queued', ended: false });
  expect(violatedBy(history)).toEqual(['job-once']);
});

test('redeliveries that find it done, and a dead one that is redriven, are none', () => {
  const history = ordinaryHistory();
  const job = history.job('t1');
  const again = { tenant: 't1', job: job.job, queue: 'standard', attempt: 2 };
  history.record('a/worker/1', 'job.redelivered', again);
  history.record('a/worker/1', 'job.done', { ...again, already: true, state: 'done', dwellMs: 9, workMs: 0 });
  const dead = history.send('job', 't2');
  history.commit(dead);
  history.answer(dead);
  history.record('a/worker/1', 'job.dead', { tenant: 't2', job: dead.job, attempts: 5, reason: 'poison' });
  history.record('a/web/1', 'job.redriven', { jobs: [dead.job] });
  history.work(dead);
  history.readBack();
  const { invariants, facts } = judge(history);
  expect(invariants.filter(({ state }) => state === 'violated')).toEqual([]);
  expect(facts.jobs).toMatchObject({ done: 5, dead: 0, redelivered: 1 });
  expect(facts.queueAgeMsMax).toBe(9);
});

test('a worker that was killed with its last record leaves the poll to tell', () => {
  const history = ordinaryHistory();
  const job = history.job('t1');
  history.readBack();
  const silent = mutated(history, (event) => event.kind === 'job.done' && event['job'] === job.job, null);
  expect(violatedBy(silent)).toEqual([]);
  expect(verdictOn('no-lost-job', judge(silent)).state).toBe('held');
});
