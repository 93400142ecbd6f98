import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../sim/pilot/contract.ts';
import { decide, noMemory, type Memory } from '../../../sim/pilot/decide.ts';
import type { PartState } from '../../../sim/substrate/substrate.ts';

const settings = { replaceAfterMs: 2000, xlIdleMs: 5000 };
const desired = { 'a/web': 2, 'a/worker': 1, 'a/xl': 0, 'a/aurora': 2, 'a/alb': 1, 'a/dynamodb': 1, 'a/sqs': 1 };
const everything = ['a/web/1', 'a/web/2', 'a/worker/1', 'a/aurora/1', 'a/aurora/2', 'a/alb', 'a/dynamodb', 'a/sqs'];

interface Scene {
  readonly nowMs?: number;
  readonly states?: Readonly<Record<string, PartState | null>>;
  readonly sinceMs?: number;
  readonly held?: readonly string[];
  readonly xl?: readonly [number | null, number | null];
}

function observe({ nowMs = 10_000, states = {}, sinceMs = 0, held = [], xl = [0, 0] }: Scene): Observation {
  const all: Record<string, PartState | null> = {
    ...Object.fromEntries(everything.map((address) => [address, 'running' as const])),
    ...states,
  };
  const parts = Object.entries(all).flatMap(([address, state]) =>
    state === null ? [] : [{ address, state, sinceMs }],
  );
  return { nowMs, parts, held, queues: { a: { xlWaiting: xl[0], xlInFlight: xl[1] } } };
}

const run = (scene: Scene, memory: Memory = noMemory, wanted: Record<string, number> = desired) =>
  decide(settings, wanted, observe(scene), memory);

describe('what control decides', () => {
  it('is nothing while everything runs', () => {
    expect(run({}).actions).toEqual([]);
  });

  it('replaces a part that a world file added, and counts it as one', () => {
    const wanted = { ...desired, 'a/db': 1 };
    const died = run({ states: { 'a/db': 'dead' }, sinceMs: 8000 }, { ...noMemory, targets: wanted }, wanted);
    expect(died.actions).toEqual([{ kind: 'start', address: 'a/db', why: 'replace' }]);
    expect(run({ states: { 'a/db': 'running' } }, noMemory, wanted).actions).toEqual([]);
  });

  it.each(['a/web/2', 'a/worker/1', 'a/aurora/1', 'a/alb', 'a/dynamodb', 'a/sqs'])('replaces %s', (address) => {
    const died = { states: { [address]: 'dead' as const }, sinceMs: 8001 };
    expect(run(died).actions).toEqual([]);
    expect(run({ ...died, nowMs: 10_001 }).actions).toEqual([{ kind: 'start', address, why: 'replace' }]);
  });

  it('replaces what was stopped gently as well', () => {
    const actions = run({ states: { 'a/web/1': 'stopped' } }).actions;
    expect(actions).toEqual([{ kind: 'start', address: 'a/web/1', why: 'replace' }]);
  });

  it('leaves alone what is held, paused or on its way', () => {
    const states = { 'a/web/1': 'dead', 'a/web/2': 'paused', 'a/worker/1': 'starting' } as const;
    expect(run({ states, held: ['a/web/1'] }).actions).toEqual([]);
  });

  it('starts at once what was never there, the lowest first, and stops the highest first', () => {
    const { memory } = run({});
    const up = run({}, memory, { ...desired, 'a/web': 4 });
    expect(up.actions).toEqual([
      { kind: 'start', address: 'a/web/3', why: 'scale' },
      { kind: 'start', address: 'a/web/4', why: 'scale' },
    ]);
    const down = run({ states: { 'a/web/3': 'running', 'a/web/4': 'starting' } }, up.memory, {
      ...desired,
      'a/web': 1,
    });
    expect(down.actions).toEqual([
      { kind: 'stop', address: 'a/web/4', why: 'scale' },
      { kind: 'stop', address: 'a/web/3', why: 'scale' },
      { kind: 'stop', address: 'a/web/2', why: 'scale' },
    ]);
    // One that is dead by then is not missed, unless a fault holds it: then it is the fault's.
    const dead = { states: { 'a/web/4': 'dead' as const } };
    expect(run(dead, down.memory).actions).toEqual([{ kind: 'stop', address: 'a/web/4', why: 'scale' }]);
    expect(run({ ...dead, held: ['a/web/4'] }, down.memory).actions).toEqual([]);
    // A task that was scaled away a moment ago comes back at once: it did not die.
    const again = run({ states: { 'a/web/2': 'stopped' }, sinceMs: 9999 }, down.memory);
    expect(again.actions).toEqual([{ kind: 'start', address: 'a/web/2', why: 'scale' }]);
  });

  it('brings an XL worker with the work and takes it away after idling', () => {
    const work = run({ xl: [3, 0] });
    expect(work.actions).toEqual([{ kind: 'start', address: 'a/xl/1', why: 'xl' }]);
    const states = { 'a/xl/1': 'running' } as const;
    const busy = run({ nowMs: 11_000, xl: [0, 1], states }, work.memory);
    const idle = run({ nowMs: 12_000, xl: [0, 0], states }, busy.memory);
    const unknown = run({ nowMs: 14_000, xl: [null, null], states }, idle.memory);
    const idleAgain = run({ nowMs: 17_500, xl: [0, 0], states }, unknown.memory);
    const almost = run({ nowMs: 22_499, xl: [0, 0], states }, idleAgain.memory);
    for (const step of [busy, idle, unknown, idleAgain, almost]) expect(step.actions).toEqual([]);
    const over = run({ nowMs: 22_500, xl: [0, 0], states }, almost.memory);
    expect(over.actions).toEqual([{ kind: 'stop', address: 'a/xl/1', why: 'xl' }]);
    expect(run({ nowMs: 30_000, xl: [0, 0], states: { 'a/xl/1': 'stopped' } }, over.memory).actions).toEqual([]);
  });

  it('replaces a dead XL worker like any other, and keeps one that it finds after its own restart', () => {
    const { memory } = run({ xl: [3, 0] });
    const dead = { states: { 'a/xl/1': 'dead' as const }, xl: [3, 0] as const };
    expect(run({ ...dead, sinceMs: 9000 }, memory).actions).toEqual([]);
    expect(run({ ...dead, sinceMs: 7000 }, memory).actions).toEqual([
      { kind: 'start', address: 'a/xl/1', why: 'replace' },
    ]);
    expect(run({ states: { 'a/xl/1': 'running' }, xl: [null, null] }).actions).toEqual([]);
  });

  it('starts only what is wanted, absent and free, stops only what is not wanted, and never both', () => {
    const state = fc.constantFrom<PartState | null>('starting', 'running', 'paused', 'stopped', 'dead', null);
    const addresses = [...everything, 'a/web/3', 'a/web/4', 'a/worker/2', 'a/xl/1'];
    const states = fc.record(Object.fromEntries(addresses.map((address) => [address, state])));
    const figure = fc.option(fc.integer({ min: 0, max: 2 }));
    const scene = fc.record({
      nowMs: fc.integer({ min: 0, max: 20_000 }),
      states,
      held: fc.subarray(addresses),
      xl: fc.tuple(figure, figure),
    });
    const wanted = fc.record({ web: fc.integer({ min: 0, max: 4 }), worker: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(fc.array(fc.tuple(scene, wanted), { minLength: 1, maxLength: 5 }), (scenes) => {
        let memory = noMemory;
        for (const [one, { web, worker }] of scenes) {
          const counts: Record<string, number> = { ...desired, 'a/web': web, 'a/worker': worker };
          const decision = run(one, memory, counts);
          ({ memory } = decision);
          expect(new Set(decision.actions.map(({ address }) => address)).size).toBe(decision.actions.length);
          for (const { kind, address } of decision.actions) {
            const [, service = '', index = '1'] = address.split('/');
            const inside = Number(index) <= (memory.targets[`a/${service}`] ?? 0);
            expect(kind === 'start').toBe(inside);
            const now = one.states[address] ?? null;
            if (kind === 'start') expect(['stopped', 'dead', null]).toContain(now);
            else expect(['starting', 'running', 'dead']).toContain(now);
            expect(one.held).not.toContain(address);
          }
        }
      }),
    );
  });
});
