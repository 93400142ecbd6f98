import { expect, test } from 'vitest';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { History, judge, mutated, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

const id = 'no-phantom';

test('a value that nobody wrote is a phantom', () => {
  const history = new History();
  history.write('t1', 's1/r1');
  const doubtful = history.send('write', 't1', 's1/r1');
  history.timeout(doubtful, true);
  const read = history.send('read', 't1', 's1/r1');
  history.answer(read, { etag: etagOfValue(2, 'out of nowhere'), version: 2 });
  expect(violatedBy(history)).toEqual([id]);
  expect(verdictOn(id, judge(history)).violations[0]).toMatchObject({
    request: read.request,
    seen: expect.stringContaining('that nobody sent') as string,
  });
});

test('a row of more versions than writes is a phantom', () => {
  const history = new History();
  const write = history.send('write', 't1', 's1/r1');
  history.answer(write, { etag: etagOfValue(3, write.value), version: 3 });
  expect(violatedBy(history)).toEqual([id]);
  expect(verdictOn(id, judge(history)).violations[0]).toMatchObject({
    expected: 's1/r1 at version 1 at most: 1 write acknowledged, 0 in doubt',
    seen: 'version 3',
  });
});

test('an acknowledgement of another value than was sent is a phantom', () => {
  const history = ordinaryHistory();
  const changed = mutated(
    history,
    (event) => event.kind === 'request.answered' && event.part === 'traffic' && event['op'] === 'write',
    () => ({ etag: etagOfValue(2, 'another') }),
  );
  expect(violatedBy(changed)).toContain(id);
});

test('a refused write whose value is read took effect', () => {
  const history = new History();
  const refused = history.send('write', 't1', 's1/r1');
  history.refuse(refused);
  history.apply(refused);
  history.read('t1', 's1/r1');
  expect(verdictOn(id, judge(history)).violations[0]).toMatchObject({
    request: refused.request,
    expected: 'no effect of a request that was refused with 503',
    seen: 'its value read as version 1',
  });
});

test('a request that the router refused and a cell committed took effect, whichever is recorded first', () => {
  for (const early of [true, false]) {
    const history = new History();
    const write = history.send('write', 't1', 's1/r1');
    if (early) history.commit(write);
    history.refuse(write, 429);
    if (!early) history.commit(write);
    expect(violatedBy(history)).toContain(id);
  }
});

test('a write that was refused for good and committed all the same is found by its key', () => {
  const history = new History();
  const write = history.send('write', 't1', 's1/r1');
  history.refuse(write);
  history.commit(write, { request: 'another-id' });
  expect(violatedBy(history)).toEqual([id]);
});

test('a write in doubt whose value shows, late or never, is none', () => {
  for (const takes of [true, false]) {
    const history = new History();
    history.write('t1', 's1/r1');
    const doubtful = history.send('write', 't1', 's1/r1');
    history.timeout(doubtful);
    history.again(doubtful);
    history.refuse(doubtful);
    history.write('t1', 's1/r1');
    if (takes) history.apply(doubtful);
    history.readBack();
    expect(violatedBy(history)).toEqual([]);
  }
});

test("a stranger's write explains what is read, though its cell's record comes later", () => {
  const history = new History();
  const foreign = history.send('write', 't1', 's1/r1', { key: null });
  history.apply(foreign);
  history.read('t1', 's1/r1');
  history.events.splice(0, 1);
  const events = history.events.map((event) => (event.part === 'traffic' ? { ...event, seq: event.seq - 1 } : event));
  expect(verdictOn(id, judge(events)).state).toBe('violated');
  const [sheet, row] = foreign.row!.split('/');
  const late = history.record('a/web/1', 'write.committed', {
    ...{ tenant: 't1', sheet, row, version: 1, etag: foreign.etag, epoch: 1, key: null, request: 'x', replayed: false },
  });
  expect(violatedBy([...events, late])).toEqual([]);
});

test('a record that begins in the middle of a life cannot tell', () => {
  const history = ordinaryHistory();
  const read = history.send('read', 't1', 's1/r5');
  history.answer(read, { status: 200, etag: etagOfValue(4, 'older'), version: 4 });
  const later = history.events.map((event) => ({ ...event, seq: event.seq + 1000 }));
  expect(violatedBy(later)).toEqual([]);
  expect(violatedBy(history)).toEqual([id]);
});

test("a stranger's read that is overtaken by a write is none", () => {
  const history = new History();
  history.write('t1', 's1/r1');
  const foreign = history.send('read', 't1', 's1/r1');
  history.router(foreign);
  const events = history.events.filter((event) => event['request'] !== foreign.request);
  history.write('t1', 's1/r1');
  history.wait(2000);
  history.readBack();
  const later = history.events
    .slice(events.length + 1)
    .map((event) => (event.part === 'traffic' ? { ...event, seq: event.seq - 1 } : event));
  expect(violatedBy([...events, ...later])).toEqual([]);
});
