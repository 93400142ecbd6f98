import { describe, expect, test } from 'vitest';
import { DockerDecoys, killDockerSupervisor } from '../prove/docker-supervisor-killed.ts';
import { PetriBox } from '../support/petri-box.ts';
import { dockerHere } from './arena.ts';

const here = await dockerHere('a supervisor of containers that is killed');

describe.runIf(here)('a supervisor of containers', () => {
  test('killed at a random instant leaves nothing, and touches nothing that is not its own, 2 of 50', async () => {
    const box = new PetriBox();
    const decoys = await DockerDecoys.make(5);
    try {
      for (let round = 0; round < 2; round++) {
        expect((await killDockerSupervisor(box, round, Math.random())).problems).toEqual([]);
      }
      expect(await decoys.touched()).toEqual([]);
    } finally {
      await box.close();
      await decoys.close();
    }
  }, 300_000);
});
