import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outsideFaults, playOutside } from '../prove/docker-outside.ts';
import { openArena, type Arena } from '../prove/kill-cell.ts';
import { faultsOfContainers, playPartFault } from '../prove/part-faults.ts';
import { PetriBox } from '../support/petri-box.ts';
import { dockerHere } from './arena.ts';

const here = await dockerHere('faults that only containers have');

/** `npm run prove -- --on docker` plays all. */
const someOutsideFaults = outsideFaults.filter(({ part }) => ['alb', 'web/1', 'aurora/1'].includes(part));

describe.runIf(here)('faults that only containers have', () => {
  let box: PetriBox;
  let arena: Arena;
  beforeAll(async () => {
    box = new PetriBox();
    arena = await openArena(box, '--on', 'docker');
  }, 300_000);
  afterAll(() => box.close());

  test.each(someOutsideFaults)('docker $deed of b/$part by hand is noticed and judged', async (fault) => {
    expect((await playOutside(arena, fault)).problems).toEqual([]);
  });

  test.each(faultsOfContainers)('petri $command on containers: what the dependency table predicts', async (fault) => {
    expect((await playPartFault(arena, fault)).problems).toEqual([]);
  });
});
