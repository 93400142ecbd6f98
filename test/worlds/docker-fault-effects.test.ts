import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasDocker } from '../prove/docker-hand.ts';
import { Caller, faultEffects, playFaultEffect } from '../prove/fault-effects.ts';
import { openArena } from '../prove/kill-cell.ts';
import { PetriBox } from '../support/petri-box.ts';

const here = await hasDocker();
if (!here && process.env['PETRI_REQUIRE_DOCKER'] === '1')
  throw new Error('no Docker engine answers, and PETRI_REQUIRE_DOCKER=1 demands one');
if (!here) console.log('left out: faults of disks, clocks and links on Docker, since no Docker engine answers here');

describe.runIf(here)('a world on Docker', () => {
  const box = new PetriBox();
  let caller: Caller;

  beforeAll(async () => {
    caller = new Caller(await openArena(box, '--on', 'docker', '--cells', '2'));
  }, 300_000);
  afterAll(async () => {
    await box.run('reset');
    await box.close();
  }, 120_000);

  test.each(faultEffects.map((effect) => ({ words: effect.command.join(' '), effect })))(
    'petri fault $words: takes, is felt by whom it is to be felt, and is gone',
    async ({ effect }) => {
      expect(await playFaultEffect(caller, effect)).toEqual([]);
    },
  );
});
