import { afterAll, beforeAll, expect, test } from 'vitest';
import { playScenario } from '../prove/scenarios.ts';
import { PetriBox } from '../support/petri-box.ts';
import { fixesOff } from '../support/scenario-fixes.ts';
import { thorough } from './arena.ts';

let box: PetriBox;

beforeAll(() => {
  box = new PetriBox();
});
afterAll(() => box.close());

// In virtual time `npm test` plays all of them; these take 40 s each.
for (const name of ['f10-corrupt-map', 'f09-map-down']) {
  test.runIf(thorough)(
    `${name} on real processes: held with its fix, violated without, 2 of ${Object.keys(fixesOff).length} in CI`,
    async () => {
      expect((await playScenario(box, 'process', name, fixesOff[name]!)).problems).toEqual([]);
    },
  );
}
