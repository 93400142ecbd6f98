import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PetriBox } from '../support/petri-box.ts';
import { openArena, type Arena } from '../prove/kill-cell.ts';
import { partFaults, playPartFault } from '../prove/part-faults.ts';
import { openBox, thorough } from './arena.ts';

/** Away from CI one in four is played, of every kind at least one. */
const played = partFaults.filter((fault, index) => thorough || index % 4 === 0 || fault.command[0] === 'kill');

let box: PetriBox;
let arena: Arena;

beforeAll(async () => {
  box = await openBox();
  arena = await openArena(box);
});
afterAll(() => box.close());

test.each(played.map((fault) => ({ words: fault.command.join(' '), fault })))(
  'petri $words: what the dependency table predicts',
  async ({ fault }) => {
    expect((await playPartFault(arena, fault)).problems).toEqual([]);
  },
);
