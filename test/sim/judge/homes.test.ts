import { expect, test } from 'vitest';
import { History, judge, mutated, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

/** A tenant moves from a to b between two writes. */
function movedHistory(): History {
  const history = ordinaryHistory();
  history.write('t1', 's1/r1');
  history.move('t1', 'b');
  history.write('t1', 's1/r1');
  return history;
}

test('a move that is fenced and flipped in order holds', () => {
  const history = movedHistory();
  history.move('t1', 'a');
  history.write('t1', 's1/r1');
  history.readBack();
  const { invariants } = judge(history);
  expect(invariants.filter(({ state }) => state !== 'held').map(({ id }) => id)).toEqual(['same-bytes']);
});

test('an answer under an older epoch than one that had ended before is a breach', () => {
  const history = movedHistory();
  const late = history.send('write', 't1', 's1/r1');
  history.commit(late, { epoch: 1 });
  history.answer(late, { cell: 'b', epoch: 1 });
  expect(verdictOn('one-home', judge(history)).violations).toContainEqual(
    expect.objectContaining({
      ...{ request: late.request, tenant: 't1', cell: 'b', epoch: 1 },
      expected: 'an answer under epoch 2 or later, under which t1 was answered before this was sent',
      seen: 'cell b answers under epoch 1',
    }),
  );
});

test('two cells that answer under one epoch are a breach', () => {
  const history = ordinaryHistory();
  const other = history.send('read', 't1', 's1/r1');
  history.answer(other, { cell: 'b' });
  expect(verdictOn('one-home', judge(history)).violations[0]).toMatchObject({
    expected: 'only cell a to act for t1 under epoch 1',
    seen: 'cell b does too (request.answered)',
  });
});

test('a cell that commits for a tenant of another is a breach, though it answered nobody', () => {
  const history = ordinaryHistory();
  const write = history.send('write', 't1', 's1/r1');
  history.record('b/web/1', 'write.committed', {
    ...{ tenant: 't1', sheet: 's1', row: 'r1', version: 3, etag: '"3-0000000000000000"', epoch: 1 },
    ...{ key: write.key, request: write.routed, replayed: false },
  });
  history.timeout(write, true);
  expect(violatedBy(history)).toContain('one-home');
});

test('a map that names a new home under no higher epoch is a breach', () => {
  const history = movedHistory();
  const changed = mutated(
    history,
    (event) => event.kind === 'move.flipped',
    () => ({ epoch: 1 }),
  );
  expect(violatedBy(changed)).toContain('one-home');
});

test('a former owner that acknowledges what was sent after its fence is a zombie', () => {
  const history = new History();
  history.write('t1', 's1/r1');
  for (const step of ['quiesced', 'drained', 'fenced'])
    history.record('control', `move.${step}`, { tenant: 't1', from: 'a', to: 'b', epoch: 2 });
  const late = history.write('t1', 's1/r1');
  for (const step of ['copied', 'verified', 'flipped', 'resumed', 'cleaned'])
    history.record('control', `move.${step}`, { tenant: 't1', from: 'a', to: 'b', epoch: 2 });
  history.readBack();
  expect(violatedBy(history)).toEqual(['no-zombie-write']);
  const verdict = verdictOn('no-zombie-write', judge(history));
  expect(verdict.count).toBe(2);
  expect(verdict.violations[0]).toMatchObject({ request: late.request, tenant: 't1', cell: 'a', epoch: 1 });
});

test('a former owner that commits for a client who gave up is a zombie', () => {
  const history = movedHistory();
  const late = history.send('write', 't1', 's1/r1');
  history.record('a/web/1', 'write.committed', {
    ...{ tenant: 't1', sheet: 's1', row: 'r1', version: 4, etag: '"4-0000000000000000"', epoch: 1 },
    ...{ key: late.key, request: late.routed, replayed: false },
  });
  history.timeout(late, true);
  expect(violatedBy(history)).toContain('no-zombie-write');
});

test('what was on its way before the fence may still end under the old epoch', () => {
  const history = new History();
  const early = history.send('write', 't1', 's1/r1');
  history.commit(early);
  history.move('t1', 'b');
  history.answer(early, { cell: 'a', epoch: 1 });
  history.write('t1', 's1/r1');
  history.readBack();
  expect(violatedBy(history)).toEqual([]);
});
