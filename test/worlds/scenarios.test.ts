import { afterAll, beforeAll, expect, test } from 'vitest';
import { playScenario } from '../prove/scenarios.ts';
import { PetriBox } from '../support/petri-box.ts';
import { fixesOff } from '../support/scenario-fixes.ts';
import { sampled } from './arena.ts';

let box: PetriBox;

beforeAll(() => {
  box = new PetriBox();
});
afterAll(() => box.close());

for (const name of sampled(['f10-corrupt-map', 'f09-map-down'], 2)) {
  test(`${name} on real processes: held with its fix, violated without, 1 of ${Object.keys(fixesOff).length}`, async () => {
    expect((await playScenario(box, 'process', name, fixesOff[name]!)).problems).toEqual([]);
  });
}
