import { expect, test } from 'vitest';
import { Windows } from '../../../sim/events/windows.ts';
import { compose, type Known, type PartFact } from '../../../sim/state/compose.ts';
import { QueueWatch } from '../../../sim/state/queue-watch.ts';
import { estate, map } from '../ledger/estate.ts';

function partsWhere(isDead: (address: string) => boolean): PartFact[] {
  return estate().parts.map((part) => ({
    ...part,
    wanted: true,
    state: isDead(part.address) ? 'dead' : 'running',
    restarts: part.address === 'b/web/1' ? 2 : 0,
    pid: isDead(part.address) ? null : 4242,
    containerId: null,
    memoryBytes: null,
  }));
}

function known(health: 'serving' | 'down', more: Partial<Known> = {}): Known {
  const queues = Object.fromEntries(['a', 'b', 'c'].map((cell) => [cell, new QueueWatch()]));
  for (const queue of Object.values(queues)) {
    queue.read('standard', { waiting: 3, inFlight: 1, oldestAgeMs: 90 }, 1000, 5000);
    queue.read('xl', { waiting: 0, inFlight: 0, oldestAgeMs: null }, 1000, 5000);
  }
  const cell = (word: 'serving' | 'down') => ({ health: word, inFlight: 0, sinceMs: 0 });
  const router = {
    mapVersion: 7,
    mapSource: 'push',
    mapReachable: true,
    cells: { a: cell('serving'), b: cell(health), c: cell('serving') },
  } as const;
  return {
    world: { name: 'default', cell: { services: {} } } as unknown as Known['world'],
    name: 'default',
    since: 0,
    now: 60_000,
    nowMs: 60_000,
    growing: null,
    supervisorPid: 1,
    routerUrl: 'http://127.0.0.1:8080',
    engine: 'embedded',
    release: '1',
    cells: ['a', 'b', 'c'],
    map,
    parts: partsWhere(() => false),
    routers: [router],
    queues,
    deadLetters: { a: 0, b: null },
    windows: new Windows(),
    traffic: {
      on: true,
      targetRps: 60,
      offeredPerSecond: 60,
      retriesPerSecond: 0,
      skew: 0,
      mix: { read: 1, write: 0, job: 0, xl: 0 },
    },
    faults: [],
    blastRadius: null,
    readBack: null,
    log: [],
    memory: {},
    ...more,
  };
}

test('a calm world: every cell serves, and what a kill would do is said beforehand', () => {
  const { status, tenants } = compose(known('serving')).snapshot;
  expect(status.cells.map(({ id, health, tenants: count }) => [id, health, count])).toEqual([
    ['a', 'serving', 2],
    ['b', 'serving', 2],
    ['c', 'serving', 2],
  ]);
  expect(status).toMatchObject({ mood: 'calm', router: { mapVersion: 7 } });
  expect(status.ifKilled['b']).toEqual({ tenants: 2, ratio: 0.3333, jobs: 4 });
  expect(status.cells[1]).toMatchObject({ replacements: 2, queues: { deadLetter: { waiting: null } } });
  expect(status.components.map(({ address }) => address)).toContain('links/b');
  expect(tenants.every(({ state }) => state === 'served')).toBe(true);
});

test('a killed cell: its jobs are frozen at their last reading, its silent tenants cut off; then it catches up', () => {
  const dead = known('down', { parts: partsWhere((address) => address.startsWith('b/')) });
  dead.queues['b']!.read('standard', null, 2000, 6000);
  const { snapshot, memory } = compose(dead);
  const [a, b] = snapshot.status.cells;
  expect(a?.health).toBe('serving');
  expect(b).toMatchObject({ health: 'down' });
  expect(b?.queues.standard).toMatchObject({ waiting: null, readMs: 5000, last: { waiting: 3 }, frozen: true });
  expect(b?.queues.xl.frozen).toBe(false);
  expect(snapshot.status.headline).toContain('CELL b IS DOWN. 2 of 6 tenants cannot work.');
  expect(snapshot.tenants.filter(({ state }) => state === 'cut-off').map(({ id }) => id)).toEqual(['b1', 'b2']);
  const back = compose(known('serving', { memory, nowMs: 60_500 }));
  expect(back.snapshot.status.cells[1]?.health).toBe('catching-up');
  expect(compose(known('serving', { memory: back.memory, nowMs: 70_000 })).snapshot.status.mood).toBe('calm');
});
