import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PetriBox } from '../support/petri-box.ts';
import { openArena, type Arena } from '../prove/kill-cell.ts';
import { playPartFault, type PartFault } from '../prove/part-faults.ts';
import { openBox, thorough } from './arena.ts';

const touchesQueue = (command: readonly string[]) => /sqs|worker|queue/.test(command.join(' '));

/** One after the other in a world that is kept up. Away from CI's real Redis those that touch the queue, and one in four of the rest. */
export function testPartFaults(faults: readonly PartFault[]): void {
  const played = faults.filter(({ command }, index) => thorough || index % 4 === 0 || touchesQueue(command));
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
}
