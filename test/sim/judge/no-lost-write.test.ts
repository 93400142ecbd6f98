import { expect, test } from 'vitest';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { History, judge, mutated, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

const id = 'no-lost-write';
const isFinalRead = (event: { kind: string; [field: string]: unknown }) =>
  event.kind === 'request.answered' && event['purpose'] === 'final' && event['op'] === 'read';

test('a final read that shows an older version finds the newer one lost', () => {
  const history = ordinaryHistory();
  history.readBack();
  const changed = mutated(history, isFinalRead, () => ({ etag: etagOfValue(1, 'other'), version: 1 }));
  const verdict = verdictOn(id, judge(changed));
  expect(verdict.state).toBe('violated');
  expect(verdict.violations[0]).toMatchObject({
    tenant: 't3',
    cell: 'b',
    epoch: 1,
    request: 'c-12',
    expected: 's1/r1 at version 2 or later, as it was acknowledged',
    seen: 'version 1',
  });
  expect(verdict.violations[0]?.events.map(({ kind }) => kind)).toEqual([
    'request.answered',
    'request.sent',
    'request.answered',
  ]);
});

test('a final read of nothing finds the row lost', () => {
  const history = ordinaryHistory();
  history.wipe('t2');
  history.read('t2', 's1/r1', { purpose: 'final' });
  expect(verdictOn(id, judge(history)).violations[0]?.seen).toBe('no such row');
});

test('a final read of the right version with another value finds it lost', () => {
  const history = ordinaryHistory();
  history.readBack();
  const changed = mutated(history, isFinalRead, () => ({ etag: etagOfValue(2, 'other') }));
  expect(violatedBy(changed)).toContain(id);
});

test('a version that is acknowledged twice finds the first one lost', () => {
  const history = new History();
  const first = history.send('write', 't1', 's1/r1');
  const second = history.send('write', 't1', 's1/r1');
  history.commit(first);
  history.commit(second);
  history.answer(first);
  history.answer(second, { etag: etagOfValue(1, second.value), version: 1 });
  expect(violatedBy(history)).toContain(id);
});

test('a row whose writes begin anew after they were lost is found lost, though later versions cover it at the end', () => {
  const history = new History();
  for (let n = 0; n < 3; n++) history.write('t1', 's1/r1');
  history.wipe('t1');
  for (let n = 0; n < 4; n++) history.write('t1', 's1/r1');
  history.readBack();
  const { count, state } = verdictOn(id, judge(history));
  expect({ count, state }).toEqual({ count: 3, state: 'violated' });
});

test('a row that nobody could read back is unknown, and one that a later read showed is not', () => {
  const history = ordinaryHistory();
  expect(verdictOn(id, judge(history)).state).toBe('held');
  history.write('t1', 's1/r1');
  const { state, reason } = verdictOn(id, judge(history));
  expect({ state, reason }).toEqual({
    state: 'unknown',
    reason: '1 row with acknowledged writes could not be read back',
  });
});

test('a write in doubt may be there at the end, and may not', () => {
  for (const tookEffect of [true, false]) {
    const history = ordinaryHistory();
    const doubtful = history.send('write', 't1', 's1/r1');
    if (tookEffect) history.apply(doubtful);
    history.timeout(doubtful, true);
    history.readBack();
    expect(violatedBy(history)).toEqual([]);
    expect(verdictOn(id, judge(history)).state).toBe('held');
  }
});

test('a retried write that replays its first answer holds', () => {
  const history = ordinaryHistory();
  const retried = history.send('write', 't1', 's1/r1');
  history.commit(retried);
  history.timeout(retried);
  history.again(retried);
  history.commit(retried);
  history.answer(retried);
  history.readBack();
  expect(violatedBy(history)).toEqual([]);
  expect(verdictOn(id, judge(history)).state).toBe('held');
});

test("a stranger's write counts as acknowledged where the router passed the answer on whole", () => {
  const history = new History();
  history.read('t1', 's1/r9');
  const foreign = history.send('write', 't2', 's1/r1', { key: null });
  history.commit(foreign);
  history.router(foreign);
  history.wipe('t2');
  history.wait(2000);
  history.read('t2', 's1/r1', { purpose: 'final' });
  const events = history.events.filter((event) => event.part !== 'traffic' || event['request'] !== foreign.request);
  const seqs = new Map<string, number>();
  const renumbered = events.map((event) => {
    const seq = (seqs.get(event.life) ?? 0) + 1;
    seqs.set(event.life, seq);
    return { ...event, seq };
  });
  expect(violatedBy(renumbered)).toContain(id);
});
