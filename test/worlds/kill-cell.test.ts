import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PetriBox } from '../support/petri-box.ts';
import { killCell, openArena, type Arena } from '../prove/kill-cell.ts';
import { openBox, sampled } from './arena.ts';

/** Bounds in time are asserted at three times their value here; `npm run prove` measures them. */
const slack = 3;

let box: PetriBox;
let arena: Arena;

beforeAll(async () => {
  box = await openBox();
  arena = await openArena(box);
});
afterAll(() => box.close());

const rounds = sampled([1, 2], 2);

test.each(rounds)('petri kill b hits the tenants of b alone and loses nothing, %i of 20', async () => {
  expect((await killCell(arena, 'petri', slack)).problems).toEqual([]);
});

test.each(rounds)('b comes back by itself after kill -9 of all its processes, %i of 20', async () => {
  expect((await killCell(arena, 'outside', slack)).problems).toEqual([]);
});
