import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { canBind, nextFreePort } from '../substrate/process/free-ports.ts';
import type { Substrate } from '../substrate/substrate.ts';
import type { PartSpec } from '../world/part.ts';
import type { Places } from '../world/places.ts';
import type { World } from '../world/world.ts';
import type { Ledger } from './ledger.ts';
import type { DockerStart } from './start.ts';
import type { StateFolder } from './state-folder.ts';

const defaultPort = 8080;

export interface GroundInputs {
  readonly world: World;
  readonly folder: StateFolder;
  readonly token: string;
  readonly ledger: Ledger;
  readonly docker: DockerStart | null;
}

/** What a world stands on: found and made before any part is started. */
export interface Ground {
  readonly substrate: Substrate;
  readonly places: Places;
  readonly routerPort: number;
  /** How a cell's queue engine is run; null: the embedded one. */
  readonly engine: ((cell: string) => PartSpec['run']) | null;
  /** The engine in words: `Redis 7.0.15`, `embedded`. */
  readonly engineName: string;
  /** Where this process reaches a name of the plan: an address, or one with `:admin`. */
  endpointOf(name: string): Promise<Endpoint>;
  /** Makes sure that so many new names can be placed. */
  reserve(count: number): Promise<void>;
  /** Makes an image that starts and ends at once, and says its name. Rejects where parts have no image. */
  badRelease(): Promise<string>;
  /** Ends what stands beside the parts, once they are gone. */
  close(): Promise<void>;
  /** Empties the volumes. Only between `close` and a new world. */
  eraseVolumes(): Promise<void>;
  /** Empties one volume by its name in the plan, none of whose parts runs. Resolves with how many files it held. */
  wipeVolume(volume: string): Promise<number>;
  /** Where the world is somebody else's, and goes on when its supervisor ends. Resolves with a sentence when it was taken away. */
  readonly lost?: Promise<string>;
}

/** Rejects `unavailable` where what the world asks for is not to be had. */
export async function prepareGround(inputs: GroundInputs): Promise<Ground> {
  switch (inputs.world.on) {
    case 'process':
      return (await import('./process-ground.ts')).prepareProcessGround(inputs);
    case 'docker':
      // What talks to Docker costs an eighth of a second to load.
      if (inputs.docker?.attached) return (await import('./attached-ground.ts')).prepareAttachedGround(inputs);
      return (await import('./docker-ground.ts')).prepareDockerGround(inputs);
    case 'virtual':
      throw new RpcError('usage', 'a world in virtual time has no supervisor: it lives in the program that runs it');
  }
}

/** The first router's port: the one asked for, else 8080 or the next free one. */
export async function choosePort(asked: number | null): Promise<number> {
  if (asked === null) return nextFreePort(defaultPort);
  if (await canBind(asked)) return asked;
  throw new RpcError('unavailable', `port ${asked} is taken; choose another with --port, or leave it out`);
}
