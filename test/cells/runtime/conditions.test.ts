import { tmpdir } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { connectFramed } from '../../../cells/protocol/client.ts';
import { addUp, Conditions, type Condition } from '../../../cells/runtime/conditions.ts';
import { DiskTurns } from '../../../cells/runtime/disk-turns.ts';
import { realRuntime } from '../../../cells/runtime/runtime.ts';
import { realTime } from '../../../cells/runtime/time.ts';
import { underConditions, type ConditionsSeen } from '../../../cells/runtime/under-conditions.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

it('adds up to the smallest volume, summed delays and clocks, the largest share of answers', () => {
  expect(
    addUp([
      { kind: 'volume-size', bytesMax: 900 },
      { kind: 'slow-disk', delayMs: 20 },
      { kind: 'answers', share: 0.5, status: 503 },
      { kind: 'volume-size', bytesMax: 700 },
      { kind: 'clock-off', byMs: 5000 },
      { kind: 'slow-disk', delayMs: 30 },
      { kind: 'clock-off', byMs: -8000 },
      { kind: 'answers', share: 0.1, status: 500 },
      { kind: 'read-only' },
    ]),
  ).toEqual({
    ...{ bytesMax: 700, diskDelayMs: 50, readOnly: true, clockOffMs: -3000 },
    answers: { share: 0.5, status: 503 },
  });
});

it('keeps the size of a volume that its world file states, whatever comes and goes', () => {
  const conditions = new Conditions(1000);
  conditions.set([{ kind: 'volume-size', bytesMax: 5000 }, { kind: 'read-only' }]);
  expect(conditions.now).toMatchObject({ bytesMax: 1000, readOnly: true });
  conditions.set([]);
  expect(conditions.now).toMatchObject({ bytesMax: 1000, readOnly: false });
  conditions.admit(() => 999);
  expect(() => conditions.admit(() => 1000)).toThrow('the volume is full: it holds 1000 of 1000 bytes');
});

it('asks a volume without a bound for nothing', () => {
  new Conditions().admit(() => {
    throw new Error('asked');
  });
});

/** A part that serves one method of its own, and someone who is connected to it. */
async function part(conditions: Conditions) {
  const runtime = underConditions(realRuntime, conditions);
  const path = `${tmpdir()}/petri-conditions-${process.pid}-${closing.length}.sock`;
  const server = await runtime.serve({ listen: { path }, token: null, handlers: { now: () => runtime.time.nowMs() } });
  const client = await connectFramed({ connect: { path }, token: null });
  closing.push(
    () => client.close(),
    () => server.close(),
  );
  return {
    runtime,
    now: () => client.call<number>('now', {}),
    set: (conditions: readonly Condition[]) => client.call('conditions.set', { conditions }),
    read: () => client.call<ConditionsSeen>('conditions.read', {}),
  };
}

it('takes its conditions over every port, and a clock that is off is off for whatever the part does', async () => {
  const { runtime, now, set, read } = await part(new Conditions());
  expect(Math.abs((await now()) - Date.now())).toBeLessThan(1000);
  const beganMs = runtime.time.monotonicMs();
  await set([{ kind: 'clock-off', byMs: -3_600_000 }]);
  expect(Math.abs((await now()) - Date.now() + 3_600_000)).toBeLessThan(1000);
  expect((await read()).clockOffMs).toBe(-3_600_000);
  expect(runtime.time.monotonicMs() - beganMs).toBeLessThan(1000);
  await set([]);
  expect(await read()).toEqual({ clockOffMs: 0, volume: null, answers: null });
});

it('says what its volume holds by its config, and what it holds now', async () => {
  const conditions = new Conditions(1000);
  conditions.keeps({ usedBytes: () => 10, tryWrite: async () => conditions.admit(() => 10) });
  const { set, read } = await part(conditions);
  await set([{ kind: 'volume-size', bytesMax: 10 }]);
  expect((await read()).volume).toMatchObject({ write: 'full', bytesMax: 10, statedBytes: 1000 });
  await set([]);
  expect((await read()).volume).toMatchObject({ write: 'done', bytesMax: 1000, statedBytes: 1000 });
});

it.each([
  [[{ kind: 'read-only' }], 'read-only'],
  [[{ kind: 'volume-size', bytesMax: 100 }], 'full'],
  [[{ kind: 'volume-size', bytesMax: 101 }], 'done'],
  [[], 'done'],
] as const)('under %j a write of a moment ago came to %s', async (wanted, write) => {
  const conditions = new Conditions();
  const usedBytes = () => 100;
  conditions.keeps({ usedBytes, tryWrite: async () => conditions.admit(usedBytes) });
  const { set, read } = await part(conditions);
  await set(wanted);
  expect((await read()).volume).toMatchObject({ usedBytes: 100, write });
});

it('lets writes wait for a slow disk, those that came meanwhile together, and does all at once when told to', async () => {
  const groups: string[][] = [];
  const turns = new DiskTurns<string>(
    realTime,
    () => 40,
    (group) => groups.push([...group]),
  );
  const beganMs = performance.now();
  turns.add('a');
  turns.add('b');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(groups).toEqual([]);
  turns.add('c');
  turns.add('d');
  await expect
    .poll(() => groups)
    .toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  expect(performance.now() - beganMs).toBeGreaterThan(78);
  turns.add('e');
  turns.flush();
  expect(groups.at(-1)).toEqual(['e']);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(groups).toHaveLength(3);
});
