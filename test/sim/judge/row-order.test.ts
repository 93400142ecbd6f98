import { expect, test } from 'vitest';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { History, judge, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

const id = 'row-order';
const versioned = (version: number, value: unknown) => ({ etag: etagOfValue(version, value), version });

test('a read that does not show its own write is a breach', () => {
  const history = new History();
  const first = history.write('t1', 's1/r1');
  history.write('t1', 's1/r1');
  const read = history.send('read', 't1', 's1/r1');
  history.answer(read, versioned(1, first.value));
  expect(violatedBy(history)).toEqual([id]);
  expect(verdictOn(id, judge(history)).violations[0]).toMatchObject({
    request: read.request,
    tenant: 't1',
    expected: 's1/r1 at version 2 or later, which had been seen before this was sent',
    seen: 'version 1',
  });
});

test('a read that goes back behind another read is a breach, though nobody was acknowledged', () => {
  const history = new History();
  const doubtful = history.send('write', 't1', 's1/r1');
  history.apply(doubtful);
  history.timeout(doubtful, true);
  history.read('t1', 's1/r1');
  history.wipe('t1');
  history.read('t1', 's1/r1');
  expect(violatedBy(history)).toContain(id);
});

test('a write that is acknowledged under a version that was read before it was sent is a breach', () => {
  const history = new History();
  const doubtful = history.send('write', 't1', 's1/r1');
  history.apply(doubtful);
  history.timeout(doubtful, true);
  history.read('t1', 's1/r1');
  const late = history.send('write', 't1', 's1/r1');
  history.answer(late, versioned(1, late.value));
  expect(violatedBy(history)).toContain(id);
});

test('one version with two values is a breach', () => {
  const history = ordinaryHistory();
  history.write('t1', 's1/r1');
  const read = history.send('read', 't1', 's1/r1');
  history.answer(read, versioned(3, 'another'));
  expect(violatedBy(history)).toContain(id);
});

test('a read that overlaps a write may show it or not', () => {
  for (const after of [true, false]) {
    const history = new History();
    history.write('t1', 's1/r1');
    const read = history.send('read', 't1', 's1/r1');
    const write = history.send('write', 't1', 's1/r1');
    if (after) history.commit(write);
    const seen = history.send('read', 't1', 's1/r1');
    history.answer(seen);
    history.answer(read);
    if (!after) history.commit(write);
    history.answer(write);
    history.readBack();
    expect(violatedBy(history)).toEqual([]);
  }
});

test('of two overlapping reads the one that was sent later may not go back behind one that had ended', () => {
  const history = new History();
  const first = history.write('t1', 's1/r1');
  const write = history.send('write', 't1', 's1/r1');
  history.commit(write);
  history.read('t1', 's1/r1');
  const back = history.send('read', 't1', 's1/r1');
  history.answer(back, versioned(1, first.value));
  history.answer(write);
  expect(violatedBy(history)).toEqual([id]);
});

test('a write in doubt that takes effect late is no breach', () => {
  const history = new History();
  history.write('t1', 's1/r1');
  const doubtful = history.send('write', 't1', 's1/r1');
  history.timeout(doubtful, true);
  history.read('t1', 's1/r1');
  history.write('t1', 's1/r1');
  history.apply(doubtful);
  history.read('t1', 's1/r1');
  history.readBack();
  expect(violatedBy(history)).toEqual([]);
});

test('a row that many write at once holds', () => {
  const history = new History();
  for (let round = 0; round < 30; round++) {
    const writes = [1, 2, 3, 4].map(() => history.send('write', 't1', 's1/r1'));
    const reads = [1, 2].map(() => history.send('read', 't1', 's1/r1'));
    for (const write of writes.toReversed()) history.commit(write);
    for (const sent of [...reads, ...writes]) history.answer(sent);
  }
  history.readBack();
  expect(violatedBy(history)).toEqual([]);
  expect(verdictOn(id, judge(history)).state).toBe('held');
});

test("a stranger's read that goes back behind the stranger's own write is a breach", () => {
  for (const isBack of [true, false]) {
    const history = new History();
    const sent = [1, 2, 3].map(() => {
      const write = history.send('write', 't1', 's1/r1', { key: null });
      history.commit(write);
      history.router(write);
      history.wait(1000);
      return write;
    });
    const read = history.send('read', 't1', 's1/r1');
    history.router(read, isBack ? versioned(2, sent[1]!.value) : {});
    history.wait(1000);
    const events = history.events.filter(({ part }) => part !== 'traffic');
    expect(violatedBy(events)).toEqual(isBack ? [id] : []);
  }
});
