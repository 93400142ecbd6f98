import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headline, type CellFacts, type HeadlineFacts } from '../../../sim/state/headline.ts';
import type { BlastRadius, FaultStatus, ReadBack } from '../../../sim/state/status.ts';

const now = 1_700_000_100_000;

function cell(id: string, more: Partial<CellFacts> = {}): CellFacts {
  return {
    id,
    health: 'serving',
    tenants: 20,
    manner: 'down',
    jobsWaiting: 4,
    oldestAgeMs: 300,
    clearInMs: null,
    errorRatio: 0,
    ...more,
  };
}

function facts(more: Partial<HeadlineFacts> = {}): HeadlineFacts {
  return {
    now,
    growing: null,
    tenants: 60,
    cells: [cell('a'), cell('b'), cell('c')],
    missing: [],
    routers: 1,
    faults: [],
    blastRadius: null,
    readBack: null,
    trafficOn: true,
    quarantined: [],
    ...more,
  };
}

const killed: FaultStatus = {
  id: 'f1',
  kind: 'kill',
  target: 'b',
  by: 'petri kill b',
  sinceMs: now - 3000,
  untilMs: null,
  state: 'open',
  seen: '9 of 9 processes gone',
  healedMs: null,
  settings: {},
  endsBy: 'petri heal f1',
};

const radius: BlastRadius = {
  fault: 'f1',
  targets: ['b'],
  predictedRatio: 0.3333,
  measuredRatio: 0.3333,
  predicted: Array.from({ length: 20 }, (_, n) => `t${n + 21}`),
  hit: Array.from({ length: 20 }, (_, n) => `t${n + 21}`),
  silent: [],
  leaks: [],
  leakRequests: [],
  inDoubt: 8,
  noticedAfterMs: 110,
  sinceMs: now - 16_000,
  untilMs: null,
};

const readBack: ReadBack = {
  fault: 'f1',
  total: 1204,
  read: 912,
  lost: 0,
  lostRequests: [],
  doubtTaken: 0,
  doubtNotTaken: 0,
  jobs: { accepted: 9, ended: 9, open: 0, rerun: 3, twice: 0 },
  done: false,
};

const down = (id: string, more: Partial<CellFacts> = {}) => cell(id, { health: 'down', ...more });
const part = (address: string, state: 'dead' | 'paused' = 'dead') => ({
  address,
  kind: address.split('/')[1] ?? address.split('/')[0]!,
  cell: address.includes('/') ? address.split('/')[0]! : null,
  state,
});
const router = { address: 'router/1', kind: 'router', cell: null, state: 'dead' } as const;
const leak = { tenant: 't03', request: 'r-17', status: 502, atMs: now };

const cases: [what: string, facts: HeadlineFacts, headline: string, subline: string, mood: string][] = [
  [
    'calm',
    facts(),
    'ALL 60 TENANTS ARE SERVED by 3 cells.',
    'Try it: petri kill b. Before you do: who will notice?',
    'calm',
  ],
  [
    'a cell killed',
    facts({ cells: [cell('a'), down('b'), cell('c')], faults: [killed], blastRadius: radius }),
    'CELL b IS DOWN. 20 of 60 tenants cannot work. The other 40 did not notice.',
    'Killed 3 s ago, until petri heal f1. No other cell has their data.',
    'hurt',
  ],
  [
    'a cell paused for a while',
    facts({
      cells: [cell('a'), down('b', { manner: 'paused' }), cell('c')],
      faults: [{ ...killed, kind: 'pause', untilMs: now + 7000 }],
    }),
    'CELL b IS PAUSED. 20 of 60 tenants cannot work. The other 40 did not notice.',
    'Paused 3 s ago; ends in 7 s. No other cell has their data.',
    'hurt',
  ],
  [
    'a cell cut off, while nobody calls',
    facts({ cells: [cell('a'), down('b', { manner: 'cut off' }), cell('c')], trafficOn: false }),
    'CELL b IS CUT OFF. 20 of 60 tenants cannot work. 40 are not affected.',
    'It was lost; it is being replaced. No other cell has their data.',
    'hurt',
  ],
  [
    'two cells down, one by someone else',
    facts({ cells: [down('a'), down('b'), cell('c')], faults: [{ ...killed, by: 'outside' }] }),
    'CELLS a and b ARE DOWN. 40 of 60 tenants cannot work. 20 did not notice.',
    'It died 3 s ago, not by Petri; it is being replaced.',
    'hurt',
  ],
  [
    'every cell down',
    facts({ cells: [down('a'), down('b'), down('c')], faults: [killed] }),
    'ALL 3 CELLS ARE DOWN. None of the 60 tenants can work.',
    'Killed 3 s ago, until petri heal f1. No other cell has their data.',
    'hurt',
  ],
  [
    'a cell back with a backlog',
    facts({
      cells: [
        cell('a'),
        cell('b', { health: 'catching-up', jobsWaiting: 63, oldestAgeMs: 19_000, clearInMs: 7000 }),
        cell('c'),
      ],
      blastRadius: { ...radius, untilMs: now },
      readBack,
    }),
    'CELL b IS BACK, CATCHING UP. 63 jobs wait, oldest 19 s, clear in about 7 s.',
    'Was hurt 16 s; 20 tenants hit, 40 not. Read back 912 of 1204 writes: 0 lost.',
    'catching-up',
  ],
  [
    'calm again, with the proof',
    facts({ blastRadius: { ...radius, untilMs: now }, readBack: { ...readBack, read: 1204, lost: 2 } }),
    'ALL 60 TENANTS ARE SERVED by 3 cells.',
    '20 tenants hit. Read back 1204 of 1204 writes: 2 LOST.',
    'calm',
  ],
  [
    'a leak',
    facts({
      cells: [cell('a'), down('b'), cell('c')],
      blastRadius: { ...radius, leaks: ['t03'], leakRequests: [leak] },
    }),
    'LEAKED. 1 tenant outside was hit, beside the 20 of 60 expected: t03.',
    'Seen in request r-17 of t03: 502. petri why r-17',
    'hurt',
  ],
  [
    'the only router down',
    facts({ missing: [router], faults: [{ ...killed, target: 'router/1' }] }),
    'THE ROUTER IS DOWN. None of the 60 tenants can reach a cell.',
    'The cells are well. Killed 3 s ago, until petri heal f1.',
    'hurt',
  ],
  [
    'one web task lost, nobody hurt',
    facts({ missing: [part('b/web/1')] }),
    'b/web/1 IS DOWN. All 60 tenants are served. The others answer.',
    'It was lost; it is being replaced.',
    'hurt',
  ],
  [
    'the map killed',
    facts({ missing: [part('map')], faults: [{ ...killed, target: 'map' }] }),
    'map IS DOWN. All 60 tenants are served. Routers use their copy.',
    'Killed 3 s ago, until petri heal f1.',
    'hurt',
  ],
  [
    'control paused',
    facts({ missing: [part('control', 'paused')] }),
    'control IS PAUSED. All 60 tenants are served. Nothing is replaced or placed.',
    'It was lost; it is being replaced.',
    'hurt',
  ],
  [
    'a cell that fails in part',
    facts({ cells: [cell('a'), cell('b', { health: 'degraded', errorRatio: 0.124 }), cell('c')] }),
    'CELL b IS DEGRADED. 12 % of its requests fail. The other 40 tenants go on.',
    'No fault is open: the load is more than it can take (petri traffic).',
    'hurt',
  ],
  [
    'growing',
    facts({ growing: { done: 12, total: 29 } }),
    'GROWING 3 cells. 12 of 29 parts serve.',
    'Ready once every cell has answered through the router.',
    'starting',
  ],
  [
    'traffic off',
    facts({ trafficOn: false }),
    'TRAFFIC IS OFF. 3 cells ready for 60 tenants.',
    'petri traffic --rps 200 sends requests again.',
    'calm',
  ],
  ['no tenants', facts({ tenants: 0 }), 'NO TENANTS YET. 3 cells ready.', 'Add one: petri tenant add t01', 'calm'],
  [
    'a quarantined tenant',
    facts({ quarantined: ['t07'] }),
    '59 OF 60 TENANTS ARE SERVED by 3 cells. Quarantined: t07.',
    'Try it: petri kill b. Before you do: who will notice?',
    'calm',
  ],
];

test.each(cases)('%s', (_what, given, sentence, subline, mood) => {
  expect(headline(given)).toEqual({ headline: sentence, subline, mood });
});

test('both sentences always fit beside their glyph on 80 columns', () => {
  const health = fc.constantFrom('serving', 'degraded', 'down', 'catching-up', 'unknown');
  const anyCell = fc.record({
    id: fc.constantFrom('a', 'b', 'q', 'x'),
    health,
    tenants: fc.nat(5000),
    manner: fc.constantFrom('down', 'paused', 'cut off'),
    jobsWaiting: fc.option(fc.nat(1_000_000)),
    oldestAgeMs: fc.option(fc.nat(10_000_000)),
    clearInMs: fc.option(fc.nat(10_000_000)),
    errorRatio: fc.constantFrom(0, 0.001, 1),
  }) as fc.Arbitrary<CellFacts>;
  const anyFacts = fc.record({
    cells: fc.array(anyCell, { minLength: 1, maxLength: 24 }),
    tenants: fc.nat(10_000),
    missing: fc.array(fc.constantFrom(part('b/web/1'), part('map'), router, part('b/sqs', 'paused')), { maxLength: 4 }),
    faults: fc.constantFrom(
      [],
      [killed],
      [{ ...killed, target: 'b/web/1->b/aurora', endsBy: 'petri heal f1 --name a-rather-long-name-of-a-world-here' }],
    ),
    blastRadius: fc.constantFrom(null, radius, { ...radius, leaks: radius.hit, leakRequests: [leak] }),
    readBack: fc.constantFrom(null, readBack),
    trafficOn: fc.boolean(),
    quarantined: fc.constantFrom([], radius.hit),
  });
  fc.assert(
    fc.property(anyFacts, (more) => {
      const said = headline(facts(more));
      expect(said.headline.length).toBeLessThanOrEqual(76);
      expect(said.subline.length).toBeLessThanOrEqual(76);
      expect(said.headline).not.toMatch(/undefined|null|NaN|\n/);
      expect(said.subline).not.toMatch(/undefined|null|NaN|\n/);
    }),
  );
});
