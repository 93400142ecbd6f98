import type { World } from '../world/world.ts';

/** What the supervisor's program is told: the path of a JSON file with this is its one argument. */
export interface SupervisorStart {
  readonly world: World;
  /** Who asked for the world: `cli`, `ui`. */
  readonly by: string;
}
