import { expect, test } from 'vitest';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { History, judge, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

const id = 'once-per-key';

test('a second commit under one key is a breach', () => {
  const history = new History();
  const write = history.send('write', 't1', 's1/r1');
  history.commit(write);
  history.timeout(write);
  history.again(write);
  write.etag = null;
  history.commit(write);
  history.answer(write);
  history.readBack();
  const verdict = verdictOn(id, judge(history));
  expect(verdict.state).toBe('violated');
  expect(verdict.violations[0]).toMatchObject({
    request: write.request,
    tenant: 't1',
    cell: 'a',
    expected: `one effect of key ${write.key}, ${etagOfValue(1, write.value)}`,
    seen: `a second one, ${etagOfValue(2, write.value)}`,
  });
});

test('a second job under one key is a breach', () => {
  const history = new History();
  const job = history.send('job', 't1');
  history.commit(job);
  history.timeout(job);
  history.again(job);
  job.job = null;
  history.commit(job, { job: 'another' });
  history.answer(job, { job: 'another' });
  expect(violatedBy(history)).toContain(id);
});

test('a replay with another answer is a breach', () => {
  const history = new History();
  const write = history.send('write', 't1', 's1/r1');
  history.commit(write);
  history.timeout(write);
  history.again(write);
  history.commit(write, { etag: etagOfValue(9, write.value), version: 9, replayed: true });
  expect(violatedBy(history)).toContain(id);
});

test('a client that is told another version than was committed is a breach', () => {
  const history = new History();
  history.write('t1', 's1/r1');
  const write = history.send('write', 't1', 's1/r1');
  history.commit(write);
  history.answer(write, { etag: etagOfValue(3, write.value), version: 3 });
  expect(violatedBy(history)).toContain(id);
});

test('a value that stands under two versions was written twice, though no cell recorded it', () => {
  const history = new History();
  const write = history.send('write', 't1', 's1/r1');
  history.apply(write);
  history.read('t1', 's1/r1');
  history.apply(write);
  history.read('t1', 's1/r1');
  history.timeout(write, true);
  expect(violatedBy(history)).toContain(id);
});

test('retries that replay, and keys in doubt, are none', () => {
  const history = ordinaryHistory();
  for (const committed of [true, false]) {
    const write = history.send('write', 't1', 's1/r1');
    if (committed) history.commit(write);
    history.timeout(write);
    history.again(write);
    history.refuse(write, 409, { final: false });
    history.again(write);
    history.commit(write);
    history.answer(write);
  }
  const lost = history.send('write', 't2', 's1/r1');
  history.timeout(lost, true);
  history.wait(30_000);
  history.commit(lost);
  history.readBack();
  expect(violatedBy(history)).toEqual([]);
});

test('a write without a key that has two effects is a breach, and one that has one is none', () => {
  for (const effects of [1, 2]) {
    const history = new History();
    const write = history.send('write', 't1', 's1/r1', { key: null });
    for (let n = 0; n < effects; n++) {
      write.etag = null;
      history.commit(write);
    }
    history.answer(write);
    history.readBack();
    expect(violatedBy(history)).toEqual(effects === 1 ? [] : [id]);
  }
});

test('a task that was frozen after its commit, and tells of it after the answer was given again elsewhere, is no second effect', () => {
  const history = new History();
  const write = history.send('write', 't1', 's1/r1');
  history.timeout(write);
  history.again(write);
  history.commit(write, { replayed: true });
  history.answer(write);
  history.commit(write, { replayed: false });
  history.readBack();
  expect(violatedBy(history)).not.toContain(id);
});
