import type { World } from '../world/world.ts';

export interface DockerStart {
  /** The image of all of Petri's programs. */
  readonly petriImage: string;
  /** The queue engine's image; null: none is to be had, and the cells get the embedded engine. */
  readonly redisImage: string | null;
  /** Whether an engine on another machine will do. */
  readonly allowRemote: boolean;
  /** The world is Compose's, and this supervisor only takes it over; left out, the world is made here. */
  readonly attached?: AttachedStart;
}

/** What is known of a world that Compose has made. */
export interface AttachedStart {
  /** Compose's name for it. */
  readonly project: string;
  /** The secret that its parts show each other. */
  readonly token: string;
  readonly routerPort: number;
}

/** What the supervisor's program is told: the path of a JSON file with this is its one argument. */
export interface SupervisorStart {
  readonly world: World;
  /** Who asked for the world: `cli`, `ui`. */
  readonly by: string;
  /** What was made ready for a world on Docker; null on processes. */
  readonly docker: DockerStart | null;
}
