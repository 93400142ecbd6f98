import { expect, test } from 'vitest';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { History, judge, mutated, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

const id = 'isolation';

test("a read that shows another tenant's value is a breach, and no phantom", () => {
  const history = new History();
  const theirs = history.write('t2', 's1/r1');
  history.write('t1', 's1/r1');
  const doubtful = history.send('write', 't1', 's1/r1');
  history.timeout(doubtful, true);
  const read = history.send('read', 't1', 's1/r1');
  history.answer(read, { etag: etagOfValue(2, theirs.value), version: 2 });
  expect(violatedBy(history)).toEqual([id]);
  expect(verdictOn(id, judge(history)).violations[0]).toMatchObject({
    request: read.request,
    tenant: 't1',
    expected: 's1/r1 of t1 with a value that t1 wrote',
    seen: expect.stringContaining('that t2 wrote') as string,
  });
});

test("a value that its owner wrote long ago is known as the owner's", () => {
  const history = new History();
  const theirs = history.write('t2', 's1/r1');
  for (let minute = 0; minute < 10; minute++) {
    history.wait(60_000);
    history.write('t3', 's1/r1');
  }
  const read = history.send('read', 't1', 's1/r1');
  history.answer(read, { status: 200, etag: etagOfValue(1, theirs.value), version: 1 });
  expect(violatedBy(history)).toContain(id);
});

test('a request that is routed as one of another tenant is a breach', () => {
  const history = ordinaryHistory();
  const changed = mutated(
    history,
    (event) => event.part === 'router/1' && event['method'] === 'GET',
    () => ({ tenant: 't1' }),
  );
  expect(violatedBy(changed)).toEqual([id]);
});

test('a write that lands in another row is a breach', () => {
  const history = new History();
  const write = history.send('write', 't1', 's1/r1');
  history.commit(write, { row: 'r2' });
  history.answer(write);
  expect(violatedBy(history)).toContain(id);
});

test('a job that is worked on for another tenant is a breach', () => {
  const history = new History();
  const job = history.send('job', 't1');
  history.commit(job);
  history.answer(job);
  history.work(job, { tenant: 't2' });
  expect(violatedBy(history)).toContain(id);
});

test('tenants with the same rows and sheets keep apart', () => {
  const history = ordinaryHistory();
  history.readBack();
  expect(verdictOn(id, judge(history)).state).toBe('held');
});
