import { expect, test } from 'vitest';
import { History, judge, mutated, ordinaryHistory, verdictOn, violatedBy } from './history.ts';

/** b is killed and healed while both cells have traffic. */
function killedHistory(): History {
  const history = ordinaryHistory();
  history.kill('b');
  history.refuse(history.send('write', 't3', 's1/r1'));
  history.wait(500);
  history.write('t1', 's1/r1');
  history.write('t2', 's1/r1');
  history.heal('b');
  history.write('t3', 's1/r1');
  history.readBack();
  return history;
}

const ofKind = (kind: string) => (event: { kind: string }) => event.kind === kind;

test('a tenant of another cell that is hit is a leak', () => {
  const history = ordinaryHistory();
  history.kill('b');
  history.wait(500);
  const leaked = history.send('write', 't1', 's1/r1');
  history.refuse(leaked);
  history.heal('b');
  const verdict = verdictOn('blast-radius', judge(history));
  expect(verdict.violations[0]).toMatchObject({
    request: leaked.routed,
    tenant: 't1',
    cell: 'a',
    expected: 'nobody hit by b but the 1 tenant that depend on it',
    seen: 't1 was answered 503',
  });
  expect(judge(history).facts).toMatchObject({
    blastRadius: { hit: ['t1'], leaks: ['t1'], measuredRatio: 0.3333, predictedRatio: 0.3333 },
    errors: { all: 1, inside: 0, outside: 1 },
  });
});

test('a tenant that is hit after the fault is gone, and one that is quarantined, are none', () => {
  const history = killedHistory();
  history.wait(2000);
  history.refuse(history.send('write', 't1', 's1/r1'));
  expect(violatedBy(history)).toEqual([]);
  history.kill('b', 'f2');
  history.wait(500);
  history.refuse(history.send('write', 't1', 's1/r1'), 503, { reason: 'quarantined' });
  history.heal('b', 'f2');
  expect(violatedBy(history)).toEqual([]);
});

test('what one of several web tasks held when it was killed is no leak, and what came later is', () => {
  for (const late of [false, true]) {
    const history = ordinaryHistory();
    const held = history.send('write', 't1', 's1/r1');
    const affected = [{ address: 'a/web/1', loss: 'gone' }];
    history.record('supervisor', 'fault.injected', { fault: 'f1', what: 'kill', target: 'a/web/1', affected });
    history.record('supervisor', 'part.died', { address: 'a/web/1', by: 'petri' });
    history.record('supervisor', 'fault.seen', { fault: 'f1', what: 'kill', target: 'a/web/1' });
    history.wait(1000);
    if (late) history.refuse(history.send('write', 't2', 's1/r1'), 502, { outcome: 'unknown', handed: true });
    history.answer(held, { status: 502, outcome: 'unknown', error: true, etag: null });
    history.record('supervisor', 'part.replaced', { address: 'a/web/1' });
    history.record('supervisor', 'fault.gone', { fault: 'f1', what: 'kill', target: 'a/web/1' });
    expect(violatedBy(history)).toEqual(late ? ['blast-radius'] : []);
  }
});

test('a web task that was scaled away is none that could answer; one that was scaled back can', () => {
  for (const back of [false, true]) {
    const history = ordinaryHistory();
    history.record('supervisor', 'part.removed', { address: 'a/web/2' });
    if (back) history.record('supervisor', 'part.started', { address: 'a/web/2', why: 'scale' });
    const affected = [{ address: 'a/web/1', loss: 'gone' }];
    history.record('supervisor', 'fault.injected', { fault: 'f1', what: 'stop', target: 'a/web/1', affected });
    history.record('supervisor', 'part.died', { address: 'a/web/1', by: 'petri' });
    history.record('supervisor', 'fault.seen', { fault: 'f1', what: 'stop', target: 'a/web/1' });
    history.wait(1000);
    history.refuse(history.send('write', 't2', 's1/r1'));
    history.record('supervisor', 'part.replaced', { address: 'a/web/1' });
    history.record('supervisor', 'fault.gone', { fault: 'f1', what: 'stop', target: 'a/web/1' });
    expect(violatedBy(history)).toEqual(back ? ['blast-radius'] : []);
  }
});

test('a death from outside is predicted like a kill', () => {
  const history = ordinaryHistory();
  const affected = [{ address: 'b/alb', loss: 'gone' }];
  const died = history.record('supervisor', 'part.died', { address: 'b/alb', by: 'outside' });
  history.refuse(history.send('write', 't3', 's1/r1'));
  const seen = { fault: 'f1', what: 'death', target: 'b/alb', by: 'outside', affected, since: died.at };
  history.record('supervisor', 'fault.seen', seen);
  history.wait(500);
  history.refuse(history.send('write', 't3', 's1/r1'));
  history.record('supervisor', 'part.replaced', { address: 'b/alb' });
  history.record('supervisor', 'fault.gone', { fault: 'f1', what: 'death', target: 'b/alb', seen: 'back' });
  expect(violatedBy(history)).toEqual([]);
  expect(judge(history).facts.errors).toEqual({ all: 2, inside: 2, outside: 0 });
});

test('a fault that was never seen to go is a breach', () => {
  const history = killedHistory();
  const changed = mutated(history, ofKind('fault.gone'), null);
  expect(violatedBy(changed)).toEqual(['faults-accounted']);
  expect(verdictOn('faults-accounted', judge(changed)).violations[0]).toMatchObject({
    expected: 'kill b (f1) to be seen to go',
    seen: 'it was healed, and no probe saw it gone',
  });
});

test('a fault that is open at the end is a breach', () => {
  const history = ordinaryHistory();
  history.kill('b');
  history.write('t1', 's1/r1');
  expect(violatedBy(history)).toContain('faults-accounted');
});

test('a fault that was never seen to take makes the run prove nothing', () => {
  const changed = mutated(killedHistory(), ofKind('fault.seen'), null);
  const judgement = judge(changed);
  expect(judgement.inconclusive).toEqual([{ reason: 'kill b (f1) was never seen to take' }]);
  expect(verdictOn('faults-accounted', judgement).state).toBe('unknown');
});

test('a cell that is down at the end has not recovered', () => {
  const history = killedHistory();
  history.record('router/1', 'cell.state', { cell: 'b', health: 'down', reason: 'refused' });
  const endT = history.t + 60_000_000;
  const verdict = verdictOn('recovery', judge(history, { healedT: history.t, endT }));
  expect(verdict.violations[0]).toMatchObject({
    cell: 'b',
    expected: 'everything to be as before 10 s after the last heal at the latest',
    seen: 'router/1 finds b down',
  });
  expect(judge(history, { healedT: history.t, endT }).facts.recoveredAfterMs).toBeNull();
  expect(verdictOn('recovery', judge(history, { healedT: history.t, endT: history.t })).state).toBe('unknown');
});

test('a part that stays dead, and a move that never ends, have not recovered', () => {
  const dead = killedHistory();
  dead.record('supervisor', 'part.died', { address: 'a/worker/1', by: 'outside' });
  expect(violatedBy(dead, { healedT: 0, recoverWithinMs: 0 })).toEqual(['recovery']);
  const moving = killedHistory();
  moving.record('control', 'move.fenced', { tenant: 't1', from: 'a', to: 'b', epoch: 2 });
  expect(violatedBy(moving, { healedT: 0, recoverWithinMs: 0 })).toEqual(['recovery']);
});

test('requests that fail long after everything was healed are a breach', () => {
  const history = killedHistory();
  const healedT = history.t;
  history.wait(20_000);
  history.refuse(history.send('read', 't3', 's1/r1', { purpose: 'final' }));
  expect(violatedBy(history, { healedT })).toEqual(['recovery']);
  expect(violatedBy(history)).toEqual([]);
});

test('a healthy cell without an answer, a late load and a sleeping machine make the run prove nothing', () => {
  const history = new History();
  history.write('t3', 's1/r1');
  history.kill('b');
  history.heal('b');
  history.record('traffic', 'traffic.lag', { lagMs: 2400 });
  history.record('supervisor', 'machine.slept', { awayMs: 9000 });
  history.readBack();
  const judgement = judge(history);
  expect(judgement.inconclusive.map(({ reason }) => reason)).toEqual([
    'cell a, which nothing was done to, answered no request: whether it was hit nobody can tell',
    'the load came up to 2400 ms late: this machine is too slow for the rate that was asked for',
    'the machine slept, or nobody looked, for 9 s',
  ]);
  expect(verdictOn('blast-radius', judgement).state).toBe('unknown');
  expect(verdictOn('no-lost-write', judgement).state).toBe('held');
});

test('a gap makes everything unknown but what both of its sides show', () => {
  const history = killedHistory();
  const read = history.send('read', 't1', 's1/r1');
  history.answer(read, { etag: '"1-0000000000000000"', version: 1 });
  const events = history.events.filter((event) => !(event.life === 'router/1-1' && event.seq === 4));
  const { invariants, inconclusive } = judge(events);
  expect(inconclusive).toEqual([{ reason: '1 event of router/1 is missing before its 5th' }]);
  expect(invariants.filter(({ state }) => state === 'held')).toEqual([]);
  expect(invariants.filter(({ state }) => state === 'violated').map(({ id }) => id)).toEqual(['row-order']);
});

test('a tenant who is still refused at the end has not recovered, though nothing fails', () => {
  const history = killedHistory();
  const healedT = history.t;
  history.wait(20_000);
  const asked = () => history.send('read', 't3', 's1/r1', { purpose: 'final' });
  history.refuse(asked(), 421, { reason: 'stale-route', error: false });
  expect(verdictOn('recovery', judge(history, { healedT })).violations[0]).toMatchObject({
    tenant: 't3',
    expected: 't3 to be served 10 s after the last heal at the latest',
    seen: 'it is answered 421',
  });
  history.answer(asked());
  expect(violatedBy(history, { healedT })).toEqual([]);
});
