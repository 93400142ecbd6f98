import { afterAll, beforeAll, expect, test } from 'vitest';
import { Decoys, killSupervisor } from '../prove/supervisor-killed.ts';
import type { PetriBox } from '../support/petri-box.ts';
import { openBox, sampled } from './arena.ts';

let box: PetriBox;
let decoys: Decoys;

beforeAll(async () => {
  box = await openBox();
  decoys = new Decoys(20);
});
afterAll(async () => {
  decoys.close();
  await box.close();
});

test.each(sampled([0, 1, 2, 3], 4))(
  'a supervisor killed at a random instant leaves nothing, %i of 50',
  async (round) => {
    const { problems } = await killSupervisor(box, round, Math.random());
    expect([...problems, ...decoys.touched()]).toEqual([]);
  },
);
