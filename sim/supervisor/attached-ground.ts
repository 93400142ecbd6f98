import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { redisConfig } from '../../cells/sqs/engine.ts';
import { DockerSubstrate } from '../substrate/docker/docker-substrate.ts';
import { connectEngine } from '../substrate/docker/engine.ts';
import { lifeOf } from '../substrate/docker/names.ts';
import { dockerPlaces, redisPort, volumeFolder } from '../world/docker-places.ts';
import { cellIds } from '../world/population.ts';
import type { Ground, GroundInputs } from './ground.ts';

/** Takes over a world that Compose has made, through its own porthole. Rejects `unavailable` with a sentence. */
export async function prepareAttachedGround(inputs: GroundInputs): Promise<Ground> {
  try {
    return await prepare(inputs);
  } catch (error) {
    throw error instanceof RpcError ? error : new RpcError('unavailable', (error as Error).message);
  }
}

async function prepare({ world, folder, token, docker }: GroundInputs): Promise<Ground> {
  if (!docker?.attached) throw new RpcError('unavailable', 'it was not said which Compose project is to be attached');
  const { project, routerPort } = docker.attached;
  const image = docker.redisImage;
  if (image === null) throw new RpcError('unavailable', `the Compose project ${project} has no image of Redis`);
  const engine = await connectEngine({ allowRemote: docker.allowRemote });
  const places = dockerPlaces(redisPort);
  let lose = (_sentence: string) => {};
  const lost = new Promise<string>((resolve) => (lose = resolve));
  const substrate = new DockerSubstrate({
    docker: engine.client,
    project,
    world: folder.name,
    life: lifeOf(token),
    stateFolder: folder.path,
    eventsFolder: folder.events,
    image: docker.petriImage,
    cells: cellIds(world.cells),
    routerPorts: { 'router/1': routerPort },
    onCreated: () => {},
    compose: {
      token,
      onLost: () =>
        lose(`the porthole of ${project} was ended, as docker-compose down and stop do: nothing is attached any more`),
    },
  });
  try {
    await substrate.prepare();
  } catch (error) {
    await substrate.destroy().catch(() => {});
    throw error;
  }
  const configuration = redisConfig({ host: '0.0.0.0', port: redisPort }, volumeFolder, token);
  return {
    substrate,
    places,
    routerPort,
    engine: () => ({ program: 'redis-image', image, configuration }),
    engineName: `Redis (${image})`,
    endpointOf: (name) => substrate.tunnel(name.replace(/:admin$/, ''), places.reach(name).port),
    reserve: async () => {},
    badRelease: () =>
      Promise.reject(new RpcError('usage', `the containers of ${project} are Compose's: their image stays`)),
    close: async () => {},
    eraseVolumes: async () => {
      throw new RpcError('usage', `the volumes of ${project} are Compose's`);
    },
    wipeVolume: (volume) => substrate.wipeVolume(volume),
    lost,
  };
}
