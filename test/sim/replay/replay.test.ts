import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { Replay } from '../../../sim/replay/replay.ts';
import { defaultWorld } from '../../../sim/world/schema.ts';
import { recordedRun } from '../../support/recorded-run.ts';

const run = recordedRun();
const world = { ...defaultWorld(), on: 'process' as const, tenants: 12 };

function replayOf(events: readonly Event[] = run.events): Replay {
  const { judged, startedAt, done } = run.plan;
  return new Replay({ world, judged, startedAt, engine: 'embedded', release: '0.1.0' }, events, done);
}

const at = (ms: number, part: string, kind: string, fields: Readonly<Record<string, unknown>>): Event => ({
  v: 1,
  t: run.plan.judged.startT + ms * 1000,
  at: 0,
  seq: 1,
  life: part,
  part,
  kind,
  ...fields,
});

/** The run with more events in it. */
const withMore = (...more: readonly Event[]) => [...run.events, ...more].toSorted((left, right) => left.t - right.t);

const headlines = (replay: Replay, ...seconds: readonly number[]) =>
  seconds.map((second) => replay.at(second * 1000).status.headline);

test('the run is told as it was seen live: calm, the kill, the way back, calm', () => {
  expect(headlines(replayOf(), 5, 12, 19.2, 29)).toEqual([
    'ALL 12 TENANTS ARE SERVED by 3 cells.',
    'CELL b IS DOWN. 4 of 12 tenants cannot work. The other 8 did not notice.',
    expect.stringMatching(/^CELL b IS BACK, CATCHING UP\./),
    'ALL 12 TENANTS ARE SERVED by 3 cells.',
  ]);
});

test('while the cell is gone its parts are dead, its queue cannot be read, its tenants are hit, and the ledger says who', () => {
  const { status, tenants } = replayOf().at(14_000);
  const cell = status.cells.find(({ id }) => id === 'b')!;
  expect(new Set(cell.components.map(({ state }) => state))).toEqual(new Set(['dead']));
  expect(cell.queues.standard).toMatchObject({ waiting: null, inFlight: null });
  expect(tenants.filter(({ state }) => state === 'hit').map(({ id }) => id)).toEqual(['t05', 't06', 't07', 't08']);
  expect(status.blastRadius).toMatchObject({
    fault: 'f1',
    predicted: ['t05', 't06', 't07', 't08'],
    hit: ['t05', 't06', 't07', 't08'],
    leaks: [],
    noticedAfterMs: 120,
    untilMs: null,
  });
  expect(status.faults).toMatchObject([{ id: 'f1', kind: 'kill', target: 'b', state: 'open', by: 'kill-one-cell' }]);
});

test('after it was healed the entry closes, and the gone fault is still listed', () => {
  const { status } = replayOf().at(25_000);
  expect(status.blastRadius).toMatchObject({ untilMs: run.plan.startedAt + 18_500 });
  expect(status.faults).toMatchObject([{ id: 'f1', state: 'gone', healedMs: run.plan.startedAt + 18_400 }]);
  expect(status.cells[1]!.replacements).toBe(8);
});

test('rates and latencies are those of the moment, by the same windows as live', () => {
  const { traffic } = replayOf().at(9000).status.cells[0]!;
  expect(traffic.answeredPerSecond).toBeCloseTo(8, 0);
  expect(traffic.latencyMsP99).toBeGreaterThan(10);
  expect(replayOf().at(9000).status.traffic).toMatchObject({ on: true, offeredPerSecond: 24, retriesPerSecond: 0 });
});

test('what nobody recorded is null, never 0', () => {
  const { components } = replayOf().at(9000).status.cells[0]!;
  for (const part of components) expect(part).toMatchObject({ pid: null, containerId: null, memoryBytes: null });
  expect(replayOf().at(9000).status.readBack).toBeNull();
});

const pictureOf = (replay: Replay, second: number) =>
  createHash('sha256')
    .update(JSON.stringify(replay.at(second * 1000)))
    .digest('hex');

test('the picture of a moment is the same from wherever one comes', () => {
  const forward = replayOf();
  const pictures = Array.from({ length: 31 }, (_, second) => pictureOf(forward, second));
  const back = replayOf();
  back.at(30_000);
  for (let second = 30; second >= 0; second -= 1) expect(pictureOf(back, second)).toBe(pictures[second]);
  expect(pictureOf(replayOf(), 17)).toBe(pictures[17]);
});

test('before its beginning and after its end it stands still', () => {
  const replay = replayOf();
  expect(replay.at(-5000)).toEqual(replayOf().at(0));
  expect(replay.at(99_000)).toEqual(replayOf().at(30_000));
});

test('events are stepped one by one, and those worth telling by themselves', () => {
  const replay = replayOf();
  const kinds: string[] = [];
  for (let found = replay.step(0, 1, true); found; found = replay.step(found.ms, 1, true)) kinds.push(found.event.kind);
  expect(kinds).toEqual([
    'fault.injected',
    'fault.seen',
    'cell.state',
    'fault.healed',
    'aurora.role',
    'cell.state',
    'fault.gone',
  ]);
  expect(replay.step(10_030, -1, true)).toMatchObject({ ms: 10_000, event: { kind: 'fault.injected' } });
  expect(replay.step(10_000, -1, false)!.ms).toBeLessThan(10_000);
  expect(replay.step(10_000, 1, false)!.ms).toBe(10_008);
  expect(replay.step(30_000, 1, false)).toBeNull();
  expect(replay.step(0, -1, false)).toBeNull();
});

test('commands of the plan stand in the log when they were given', () => {
  const lines = (ms: number) =>
    replayOf()
      .at(ms)
      .log.map(({ text }) => text);
  expect(lines(9999)).toEqual([]);
  expect(lines(10_000)).toEqual(['petri kill b --for 8s']);
});

test('a router that sends a tenant elsewhere under a later epoch has a map that says so', () => {
  const moved = {
    request: 'm',
    tenant: 't05',
    cell: 'c',
    epoch: 2,
    status: 200,
    outcome: 'ok',
    error: false,
    latencyMs: 4,
  };
  const { tenants, status } = replayOf(withMore(at(4000, 'router/1', 'request.answered', moved))).at(5000);
  expect(tenants.find(({ id }) => id === 't05')).toMatchObject({ cell: 'c', epoch: 2 });
  expect(status.cells.map(({ tenants: count }) => count)).toEqual([4, 3, 5]);
});

test('a paused part is frozen for as long as its fault is open', () => {
  const pause = { fault: 'f9', what: 'pause', target: 'a/aurora/1', by: 'me' };
  const affected = [{ address: 'a/aurora/1', loss: 'silent', role: 'writer' }];
  const replay = replayOf(
    withMore(
      at(3000, 'supervisor', 'fault.injected', { ...pause, affected }),
      at(3100, 'supervisor', 'fault.seen', pause),
      at(5000, 'supervisor', 'fault.healed', pause),
      at(5100, 'supervisor', 'fault.gone', pause),
    ),
  );
  const state = (ms: number) =>
    replay.at(ms).status.cells[0]!.components.find(({ address }) => address === 'a/aurora/1')!.state;
  expect([2900, 3000, 4000, 5200].map(state)).toEqual(['running', 'running', 'paused', 'running']);
});

test('a dead job is counted until it is delivered anew', () => {
  const job = { tenant: 't01', job: 'sick', queue: 'standard', attempt: 1, units: 1 };
  const replay = replayOf(
    withMore(
      at(1000, 'a/web/1', 'job.accepted', job),
      at(2000, 'a/worker/1', 'job.dead', { ...job, reason: 'maxReceives' }),
      at(6000, 'a/worker/1', 'job.started', job),
    ),
  );
  const dead = (ms: number) => replay.at(ms).status.cells[0]!.queues.deadLetter.waiting;
  expect([1500, 3000, 7000].map(dead)).toEqual([0, 1, 0]);
});
