import { expect, test } from 'vitest';
import { judge, mutated, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

const id = 'conservation';
const isClients = (event: { kind: string; part: string }) =>
  event.kind === 'request.answered' && event.part === 'traffic';

test('an answer to what was never sent is a breach', () => {
  const history = ordinaryHistory();
  history.readBack();
  const changed = mutated(history, isClients, () => ({ request: 'nobody' }));
  expect(violatedBy(changed)).toContain(id);
});

test('a second answer to one attempt is a breach', () => {
  const history = ordinaryHistory();
  const write = history.write('t1', 's1/r1');
  history.told(write);
  expect(violatedBy(history)).toEqual([id]);
});

test('a request that nobody ever hears of again is a breach, unless its client died', () => {
  const history = ordinaryHistory();
  const forgotten = history.send('write', 't1', 's1/r1');
  history.wait(40_000);
  history.read('t2', 's1/r1');
  expect(verdictOn(id, judge(history)).violations[0]).toMatchObject({
    request: forgotten.request,
    seen: 'no answer and no failure 40 s after it was sent',
  });
  history.record('supervisor', 'part.died', { address: 'traffic', signal: 'SIGKILL', by: 'outside' });
  expect(violatedBy(history)).toEqual([]);
});

test('a client that was told another status than the router recorded is a breach', () => {
  const history = ordinaryHistory();
  const read = history.send('read', 't1', 's1/r1');
  history.router(read, { status: 503, outcome: 'refused', error: true, handed: false, etag: null });
  history.told(read);
  expect(verdictOn(id, judge(history)).violations[0]).toMatchObject({
    request: read.request,
    expected: 'the answer that the router recorded, 503',
    seen: 'the client was told 200',
  });
});

test('a job that nobody submitted is a breach, and one whose submission is in doubt is none', () => {
  const history = ordinaryHistory();
  const of = { tenant: 't1', job: 'stray', queue: 'standard', attempt: 1 };
  history.record('a/worker/1', 'job.done', { ...of, already: false, state: 'done', dwellMs: 1, workMs: 1 });
  expect(violatedBy(history)).toEqual([id]);
  const doubtful = history.send('job', 't1');
  history.timeout(doubtful, true);
  expect(violatedBy(history)).toEqual([]);
});

test('the router may record after the client, and requests in flight at the end are counted as such', () => {
  const history = ordinaryHistory();
  const read = history.send('read', 't1', 's1/r1');
  history.told(read);
  history.router(read);
  history.send('write', 't1', 's1/r1');
  history.wait(5000);
  const { facts } = judge(history);
  expect(violatedBy(history)).toEqual([]);
  expect(facts.requests).toEqual({ offered: 17, ok: 16, refused: 0, unknown: 0, inFlight: 1 });
});
