import { expect, test } from 'vitest';
import { judge, ordinaryHistory, verdictOn } from './history.ts';

test('a correct history holds in everything that one run can show', () => {
  const history = ordinaryHistory();
  history.readBack();
  const { invariants, inconclusive, facts } = judge(history);
  expect(Object.fromEntries(invariants.map(({ id, state, reason }) => [id, reason ?? state]))).toEqual({
    'no-lost-write': 'held',
    'no-phantom': 'held',
    'row-order': 'held',
    'once-per-key': 'held',
    'no-lost-job': 'held',
    'job-once': 'held',
    isolation: 'held',
    'blast-radius': 'held',
    'one-home': 'held',
    'no-zombie-write': 'held',
    conservation: 'held',
    recovery: 'held',
    'faults-accounted': 'held',
    'same-bytes': 'it takes two runs of one seed in virtual time: petri run --repeat 2',
  });
  expect(inconclusive).toEqual([]);
  expect(facts).toMatchObject({
    requests: { offered: 15, ok: 15, refused: 0, unknown: 0, inFlight: 0 },
    errors: { all: 0, inside: 0, outside: 0 },
    goodputRatio: 1,
    jobs: { accepted: 3, done: 3, dead: 0, open: 0, redelivered: 0 },
    queueAgeMsMax: 2,
  });
  expect(verdictOn('no-lost-write', judge(history)).looked).toBe('6 acknowledged writes of 3 rows');
});

test('a killed cell that comes back: its tenants are hit, nobody else, and all of it is accounted for', () => {
  const history = ordinaryHistory();
  history.kill('b');
  for (let n = 0; n < 3; n++) {
    history.refuse(history.send('write', 't3', 's1/r1'));
    history.write('t1', 's1/r1');
    history.wait(300);
  }
  history.heal('b');
  history.write('t3', 's1/r1');
  history.readBack();
  const { invariants, inconclusive, facts } = judge(history);
  expect(invariants.filter(({ state }) => state !== 'held').map(({ id }) => id)).toEqual(['same-bytes']);
  expect(inconclusive).toEqual([]);
  expect(facts).toMatchObject({
    requests: { offered: 22, ok: 19, refused: 3, unknown: 0 },
    errors: { all: 3, inside: 3, outside: 0 },
    blastRadius: { predictedRatio: 0.3333, measuredRatio: 0.3333, hit: ['t3'], leaks: [] },
    detectedAfterMs: 107,
  });
  expect(facts.recoveredAfterMs).toBeLessThan(10);
});
