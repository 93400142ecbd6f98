import type { World } from '../world/world.ts';
import type { Scenario } from './scenario.ts';

/** The world that a scenario happens in: its programs are put together with the planted bug that the scenario names. */
export function worldOf({ world, bug }: Scenario): World {
  return { ...world, bug };
}
