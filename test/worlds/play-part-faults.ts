import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PetriBox } from '../support/petri-box.ts';
import { openArena, type Arena } from '../prove/kill-cell.ts';
import { playPartFault, type PartFault } from '../prove/part-faults.ts';
import { openBox, sampled, thorough } from './arena.ts';

const touchesQueue = (command: readonly string[]) => /sqs|worker|queue/.test(command.join(' '));

/** On CI's embedded engine those that touch the queue, elsewhere a few of all. */
function chosen(faults: readonly PartFault[]): readonly PartFault[] {
  if (thorough || process.env['CI'] === undefined) return sampled(faults, 8);
  return faults.filter(({ command }, index) => index % 4 === 0 || touchesQueue(command));
}

/** One after the other in a world that is kept up. */
export function testPartFaults(faults: readonly PartFault[]): void {
  let box: PetriBox;
  let arena: Arena;

  beforeAll(async () => {
    box = await openBox();
    arena = await openArena(box);
  });
  afterAll(() => box.close());

  test.each(chosen(faults).map((fault) => ({ words: fault.command.join(' '), fault })))(
    'petri $words: what the dependency table predicts',
    async ({ fault }) => {
      expect((await playPartFault(arena, fault)).problems).toEqual([]);
    },
  );
}
