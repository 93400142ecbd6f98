import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FaultStatus } from '../../sim/state/status.ts';
import { Caller, faultEffects, playFaultEffect } from '../prove/fault-effects.ts';
import { openArena } from '../prove/kill-cell.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { openBox, sampled } from './arena.ts';

let box: PetriBox;
let caller: Caller;

beforeAll(async () => {
  box = await openBox();
  caller = new Caller(await openArena(box, '--cells', '2'));
});
afterAll(() => box.close());

test.each(sampled(faultEffects, 4).map((effect) => ({ words: effect.command.join(' '), effect })))(
  'petri fault $words: takes, is felt by whom it is to be felt, and is gone',
  async ({ effect }) => {
    expect(await playFaultEffect(caller, effect)).toEqual([]);
  },
);

test('what is set on a volume reaches a part that was frozen as it goes on, and one that was down as it starts', async () => {
  await box.json('pause', 'b/aurora/1');
  await box.json('kill', 'b/dynamodb', '--hold');
  const { id, seen } = await box.json<FaultStatus>('fault', 'read-only', 'b');
  expect(seen).toBe('2 of 3 volumes read-only');
  // Neither the end of the pause nor a restart ends what is not of the process.
  await box.json('resume', 'b/aurora/1');
  await box.json('restart', 'b/dynamodb');
  await box.run('kill', 'b/aurora/2');
  const refused = async () => /read-only/.test((await caller.put('x')).detail);
  await eventually('the one that was frozen refuses writes', refused);
  const [healed] = await box.json<FaultStatus[]>('heal', id);
  expect(healed?.seen).toBe('3 of 3 volumes writable');
  await eventually('writes of b work again', async () => (await caller.put('after')).status === 200);
});

test('after all of it the world is calm', async () => {
  const isCalm = async () => {
    const { faults, cells } = await box.status();
    const parts = cells.flatMap(({ components }) => components);
    return faults.every(({ state }) => state === 'gone') && parts.every(({ state }) => state === 'running');
  };
  await eventually('no fault is open and every part runs', isCalm);
});

test('power loss is for worlds in virtual time alone', async () => {
  const said = await box.run('fault', 'power-loss', 'b/aurora');
  expect(said).toMatchObject({ code: 64, err: expect.stringContaining('power-loss needs a world on virtual') });
});
