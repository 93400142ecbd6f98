import { expect, test } from 'vitest';
import { Courses, compareCourses } from '../../../sim/judge/counterfactual.ts';
import { History, judge, verdictOn } from './history.ts';

function coursesOf(history: History): Courses {
  const courses = new Courses();
  for (const event of history.events) courses.take(event);
  return courses;
}

/** Every tenant writes and reads a few times; `meanwhile` is done in the middle. */
function played(meanwhile: (history: History) => void = () => {}): History {
  const history = new History();
  for (let round = 0; round < 6; round++) {
    for (const tenant of ['t1', 't2', 't3']) {
      history.write(tenant, 's1/r1', { value: `${tenant} ${round}` });
      history.read(tenant, 's1/r1');
    }
    if (round === 2) meanwhile(history);
  }
  return history;
}

const everybody = () => true;

test('two runs that differ in times and ids alone are the same', () => {
  const other = played((history) => {
    history.wait(5000);
    history.record('router/1', 'map.changed', { version: 9 });
    history.job('t3');
  });
  const result = compareCourses(coursesOf(played()), coursesOf(other), (tenant) => tenant !== 't3');
  expect(result).toEqual({ tenants: 2, operations: 24, differences: [] });
});

test('the first operation of a tenant that differs is named, with both of its ends', () => {
  const slow = played((history) => history.refuse(history.send('read', 't2', 's1/r1')));
  const { differences } = compareCourses(coursesOf(slow), coursesOf(played()), everybody);
  expect(differences).toHaveLength(1);
  expect(differences[0]).toMatchObject({
    tenant: 't2',
    nth: 7,
    without: expect.stringMatching(/^write s1 r1 "t2 3": ok 200 "4-[0-9a-f]{16}" 4 a 1$/) as string,
    with: 'read s1 r1: refused 503 - - a 1',
  });
  expect(differences[0]?.events.map(({ kind }) => kind)).toEqual(['request.answered', 'request.answered']);
});

test('a value, a version, a cell, an epoch, a missing operation and one without an end differ', () => {
  const reference = coursesOf(played());
  const changes: ((history: History) => void)[] = [
    (history) => history.write('t1', 's1/r1', { value: 'more' }),
    (history) => history.apply(history.send('write', 't1', 's1/r1')),
    (history) => history.homes.set('t1', { cell: 'b', epoch: 1 }),
    (history) => history.homes.set('t1', { cell: 'a', epoch: 2 }),
    (history) => history.wipe('t1'),
  ];
  for (const change of changes) {
    const { differences } = compareCourses(coursesOf(played(change)), reference, everybody);
    expect(differences.map(({ tenant }) => tenant)).toEqual(['t1']);
  }
  const short = new History();
  short.write('t1', 's1/r1', { value: 't1 0' });
  const missing = compareCourses(coursesOf(short), reference, (tenant) => tenant === 't1').differences[0];
  expect(missing).toMatchObject({ nth: 2, with: null });
});

test('the judge leaves out whom a fault could affect or a move took elsewhere, and names the rest as leaks', () => {
  const without = coursesOf(played());
  const killed = played((history) => {
    history.kill('b');
    history.refuse(history.send('write', 't3', 's1/r1'));
    history.heal('b');
  });
  const held = verdictOn(
    'blast-radius',
    judge(killed, {}, { counterfactual: { courses: coursesOf(killed), without } }),
  );
  expect(held).toMatchObject({ state: 'held' });
  expect(held.looked).toBe(
    '1 ledger entry over 3 tenants, 24 operations of 2 tenants compared with a run without faults',
  );

  const leaking = played((history) => {
    history.kill('b');
    history.write('t1', 's1/r1', { value: 'twice' });
    history.heal('b');
  });
  const other = { counterfactual: { courses: coursesOf(leaking), without } };
  const leaked = verdictOn('blast-radius', judge(leaking, {}, other));
  expect(leaked.violations[0]).toMatchObject({
    tenant: 't1',
    cell: 'a',
    expected: expect.stringContaining(
      'operation 7 of t1, whom no fault could affect, as without the faults: write',
    ) as string,
  });

  const moved = played((history) => history.move('t1', 'b'));
  expect(compareCourses(coursesOf(moved), without, everybody).differences).toEqual([]);
});

test('where a router was frozen nobody is compared: what it held waited with it, whoever’s it was', () => {
  const without = coursesOf(played());
  const frozen = played((history) => {
    const fault = { fault: 'f1', what: 'pause', target: 'router/2' };
    const affected = [{ address: 'router/2', loss: 'silent' }];
    history.record('supervisor', 'fault.injected', { ...fault, by: 'scenario', affected });
    history.write('t1', 's1/r1', { value: 'later than without' });
    history.record('supervisor', 'fault.gone', fault);
  });
  const verdict = verdictOn(
    'blast-radius',
    judge(frozen, {}, { counterfactual: { courses: coursesOf(frozen), without } }),
  );
  expect(verdict).toMatchObject({ state: 'held' });
  expect(verdict.looked).toContain('0 operations of 0 tenants compared');
});
