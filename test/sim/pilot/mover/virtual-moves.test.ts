import { expect, test } from 'vitest';
import { moveInVirtualTime } from '../../../prove/virtual-moves.ts';

test.each([1, 2, 3])('the same mover in virtual time, hurt at its steps, schedule %i of 3,400', async (seed) => {
  const { problems, facts } = await moveInVirtualTime(seed);
  expect(problems).toEqual([]);
  expect(Number(facts['moved'])).toBeGreaterThan(0);
});
