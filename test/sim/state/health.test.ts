import { expect, test } from 'vitest';
import { cellHealth, type HealthFacts } from '../../../sim/state/health.ts';
import { QueueWatch } from '../../../sim/state/queue-watch.ts';
import { tenantMark } from '../../../sim/state/tenant-mark.ts';

const well: HealthFacts = {
  closed: false,
  routers: ['serving'],
  partMissing: false,
  traffic: { answeredPerSecond: 60, refusedPerSecond: 0, failedPerSecond: 0, errorRatio: 0 },
  behind: false,
  slopePerSecond: 0,
  before: 'serving',
  downAgoMs: null,
};
const refusesAll = { answeredPerSecond: 0, refusedPerSecond: 60, failedPerSecond: 0, errorRatio: 1 };

test.each<[string, Partial<HealthFacts>, string]>([
  ['serving', {}, 'serving'],
  ['no router answers', { routers: [] }, 'unknown'],
  ['routers have not looked yet', { routers: ['unknown'] }, 'unknown'],
  ['no web task runs, and no router has found out yet', { closed: true }, 'down'],
  ['the router says down', { routers: ['down'] }, 'down'],
  ['one of two routers says down', { routers: ['down', 'serving'] }, 'degraded'],
  ['nothing is answered', { traffic: refusesAll }, 'down'],
  ['nobody calls', { traffic: { ...refusesAll, refusedPerSecond: 0, errorRatio: 0 } }, 'serving'],
  ['some requests fail', { traffic: { ...well.traffic, failedPerSecond: 1, errorRatio: 0.02 } }, 'degraded'],
  ['a part is dead', { partMissing: true }, 'degraded'],
  [
    'back just now, refusals still in the window',
    { before: 'down', downAgoMs: 100, traffic: refusesAll },
    'catching-up',
  ],
  ['back with a backlog', { before: 'catching-up', downAgoMs: 30_000, behind: true }, 'catching-up'],
  ['back, backlog gone', { before: 'catching-up', downAgoMs: 30_000 }, 'serving'],
  ['a backlog falls after its worker came back', { behind: true, slopePerSecond: -4 }, 'catching-up'],
  ['a backlog grows', { behind: true, slopePerSecond: 4 }, 'serving'],
])('%s', (_what, facts, word) => {
  expect(cellHealth({ ...well, ...facts })).toBe(word);
});

const traffic = { errors: 0, late: 0 };

test.each([
  ['served', {}],
  ['late', { traffic: { errors: 0, late: 2 } }],
  ['hit', { traffic: { errors: 1, late: 2 } }],
  ['cut-off', { unreachable: true }],
  ['hit', { unreachable: true, wasHit: true }],
  ['quarantined', { override: 'quarantined', unreachable: true }],
] as const)('a tenant is %s with %o', (mark, facts) => {
  expect(tenantMark({ override: null, unreachable: false, wasHit: false, traffic, ...facts })).toBe(mark);
});

function fill(watch: QueueWatch, timeMs: number, waiting: number): void {
  watch.read('standard', { waiting, inFlight: 2, oldestAgeMs: 100 }, timeMs, 5000 + timeMs);
  watch.read('xl', { waiting: 0, inFlight: 0, oldestAgeMs: null }, timeMs, 5000 + timeMs);
}

test('a queue that cannot be read is null, never 0, and keeps its last reading', () => {
  const watch = new QueueWatch();
  expect(watch.status('standard', true)).toMatchObject({ waiting: null, readMs: null, last: null, frozen: false });
  fill(watch, 1000, 9);
  watch.read('standard', null, 2000, 7000);
  expect(watch.status('standard', true)).toEqual({
    waiting: null,
    inFlight: null,
    oldestAgeMs: null,
    readMs: 6000,
    last: { waiting: 9, inFlight: 2, oldestAgeMs: 100 },
    frozen: true,
  });
  expect(watch.status('xl', true).frozen).toBe(false);
  expect(watch.open()).toBeNull();
  expect(watch.clearInMs()).toBeNull();
});

test('a backlog that falls is clear when its slope says so; one that grows is never', () => {
  const watch = new QueueWatch();
  for (let second = 0; second <= 3; second++) fill(watch, second * 1000, 78 - second * 10);
  expect(watch.open()).toBe(50);
  expect(watch.behind()).toBe(true);
  expect(watch.clearInMs()).toBe(5000);
  for (let second = 4; second <= 8; second++) fill(watch, second * 1000, 48 + second);
  expect(watch.clearInMs()).toBeNull();
});

test('what is usual in a cell is no backlog there', () => {
  const watch = new QueueWatch();
  for (let second = 0; second <= 200; second++) {
    fill(watch, second * 1000, 40);
    watch.learn();
  }
  expect(watch.behind()).toBe(false);
  fill(watch, 201_000, 140);
  expect(watch.behind()).toBe(true);
});
