import { afterAll, beforeAll, expect, test } from 'vitest';
import { Caller, faultEffects, playFaultEffect } from '../prove/fault-effects.ts';
import { openArena } from '../prove/kill-cell.ts';
import type { PetriBox } from '../support/petri-box.ts';
import { openBox } from './arena.ts';

let box: PetriBox;
let caller: Caller;

beforeAll(async () => {
  box = await openBox();
  caller = new Caller(await openArena(box, '--cells', '2'));
});
afterAll(() => box.close());

test.each(faultEffects.map((effect) => ({ words: effect.command.join(' '), effect })))(
  'petri fault $words: takes, is felt by whom it is to be felt, and is gone',
  async ({ effect }) => {
    expect(await playFaultEffect(caller, effect)).toEqual([]);
  },
);

test('after all of it the world is calm', async () => {
  const { faults, cells } = await box.status();
  expect(faults.filter(({ state }) => state !== 'gone')).toEqual([]);
  expect(cells.map(({ components }) => components.filter(({ state }) => state !== 'running'))).toEqual([[], []]);
});

test('power loss is for worlds in virtual time alone', async () => {
  const said = await box.run('fault', 'power-loss', 'b/aurora');
  expect(said).toMatchObject({ code: 64, err: expect.stringContaining('power-loss needs a world on virtual') });
});
