import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outsideFaults, playOutside } from '../prove/docker-outside.ts';
import { openArena, type Arena } from '../prove/kill-cell.ts';
import { playPartFault } from '../prove/part-faults.ts';
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

  test.each([
    { command: ['fault', 'disconnect', 'b/web/1', '--for', '4s'], predicted: 'none' as const },
    { command: ['fault', 'disconnect', 'b', '--for', '4s'], predicted: 'cell' as const },
    { command: ['fault', 'cpu-starved', 'b/worker/1', '--for', '3s'], predicted: 'none' as const },
    { command: ['fault', 'memory-starved', 'b/web/1', 'mebibytes=200', '--for', '3s'], predicted: 'none' as const },
    { command: ['fault', 'out-of-memory', 'b/worker/1'], predicted: 'none' as const },
    { command: ['fault', 'bad-release', 'b/worker', '--for', '5s'], predicted: 'none' as const },
    { command: ['fault', 'bad-release', 'b/web', '--for', '5s'], predicted: 'cell' as const },
  ])('petri $command on containers: what the dependency table predicts', async (fault) => {
    expect((await playPartFault(arena, fault)).problems).toEqual([]);
  });
});
