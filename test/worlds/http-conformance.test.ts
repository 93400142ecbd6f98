import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FaultStatus } from '../../sim/state/status.ts';
import { openVirtualWorld, type VirtualWorldDriver } from '../../sim/substrate/virtual/virtual-world.ts';
import { defaultWorld } from '../../sim/world/schema.ts';
import { prelude, requests, situations, told, type Asking, type Fault, type Seen } from '../support/http-cases.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { openBox, sampled } from './arena.ts';

/** A world whose answers are compared, whatever it is made of. */
interface Ground {
  ask(asking: Asking): Promise<Seen>;
  inject(fault: Fault): Promise<unknown>;
  heal(): Promise<unknown>;
  /** Until routers and balancers have noticed what happened. */
  settle(): Promise<void>;
}

let box: PetriBox;
let real: Ground;
let virtual: Ground;
let world: VirtualWorldDriver;

beforeAll(async () => {
  box = await openBox();
  const { router } = await box.up('--traffic', 'off', '--cells', '2');
  real = {
    ask: async ({ method, path, headers, body }) => {
      const answer = await fetch(`${router.url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.json() };
    },
    async inject({ kind, target, typed = [] }) {
      await box.json<FaultStatus>('fault', kind, target, ...typed, '--hold');
    },
    async heal() {
      await box.run('heal', '--all');
      await eventually('all cells serve', async () => {
        const { faults, cells } = await box.status();
        return faults.every(({ state }) => state === 'gone') && cells.every(({ health }) => health === 'serving');
      });
    },
    settle: () => new Promise((resolve) => setTimeout(resolve, settleMs)),
  };
  world = await openVirtualWorld(defaultWorld({ cells: 2, traffic: { on: false } }), { seed: 1 });
  virtual = {
    ask: ({ body = null, ...asking }) => world.ask({ ...asking, body }),
    inject: ({ kind, target, settings = {} }) => world.inject({ kind, target, settings, forMs: null, hold: true }),
    async heal() {
      await world.heal(null);
      for (let waits = 0; waits < 100; waits++) {
        const { faults, cells } = await world.status();
        if (faults.every(({ state }) => state === 'gone') && cells.every(({ health }) => health === 'serving')) return;
        await world.wait(200);
      }
      throw new Error('the virtual world does not serve again');
    },
    settle: () => world.wait(settleMs),
  };
});
afterAll(async () => {
  await world?.end();
  await box?.close();
});

/** Longer than a failover takes, and than a dead cell goes unnoticed. */
const settleMs = 4000;

describe.each(sampled(situations, 8).map((each) => [each.name, each] as const))(
  '%s: the same answer as in virtual time',
  (_, { faults, asked }) => {
    let onProcesses: ReadonlyMap<string, Seen>;
    let inVirtualTime: ReadonlyMap<string, Seen>;
    beforeAll(async () => {
      [onProcesses, inVirtualTime] = await Promise.all([
        play(real, faults, asked),
        world.run(() => play(virtual, faults, asked)),
      ]);
    });

    test.each(requests(asked).map(({ name }) => name))('%s', (name) => {
      const seen = told(onProcesses.get(name));
      expect(seen).toEqual(told(inVirtualTime.get(name)));
    });
  },
);

/** Writes what is read later, does the faults, asks all at once, heals. */
async function play(ground: Ground, faults: readonly Fault[], asked: string): Promise<ReadonlyMap<string, Seen>> {
  for (const asking of prelude(asked)) expect((await ground.ask(asking)).status).toBe(200);
  for (const fault of faults) await ground.inject(fault);
  await ground.settle();
  const seen = await Promise.all(
    requests(asked).map(async ({ name, steps }) => {
      let last: Seen | undefined;
      for (const step of steps) last = await ground.ask(step(last));
      return [name, last!] as const;
    }),
  );
  await ground.heal();
  return new Map(seen);
}
