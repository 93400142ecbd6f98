import type Dockerode from 'dockerode';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { redisConfig } from '../../cells/sqs/engine.ts';
import { makeBadRelease } from '../substrate/docker/bad-release.ts';
import { DockerSubstrate } from '../substrate/docker/docker-substrate.ts';
import { connectEngine } from '../substrate/docker/engine.ts';
import { lifeOf, projectOf } from '../substrate/docker/names.ts';
import { nextFreePort } from '../substrate/process/free-ports.ts';
import { dockerPlaces, redisPort, servesPort, volumeFolder } from '../world/docker-places.ts';
import type { PartSpec } from '../world/part.ts';
import { cellIds } from '../world/population.ts';
import { unrunnableOn, type Services } from '../world/services.ts';
import { choosePort, type Ground, type GroundInputs } from './ground.ts';

/** Makes networks and volumes on the engine, and the way into them. Rejects `unavailable` with a sentence. */
export async function prepareDockerGround(inputs: GroundInputs): Promise<Ground> {
  try {
    return await prepare(inputs);
  } catch (error) {
    throw error instanceof RpcError ? error : new RpcError('unavailable', (error as Error).message);
  }
}

async function prepare({ world, folder, token, docker }: GroundInputs): Promise<Ground> {
  if (docker === null) throw new RpcError('unavailable', 'no image was made ready for a world on Docker');
  const { redisImage } = docker;
  const unrunnable = unrunnableOn('docker', world.cell.services);
  if (unrunnable !== null) throw new RpcError('unavailable', unrunnable);
  const engine = await connectEngine({ allowRemote: docker.allowRemote });
  await checkImages(engine.client, world.cell.services);
  const routerPorts = await chooseRouterPorts(world.routers, world.port);
  const places = dockerPlaces(redisImage === null ? servesPort : redisPort, world.cell.services);
  const substrate = new DockerSubstrate({
    docker: engine.client,
    project: projectOf(folder.name, folder.path),
    world: folder.name,
    life: lifeOf(token),
    stateFolder: folder.path,
    eventsFolder: folder.events,
    image: docker.petriImage,
    cells: cellIds(world.cells),
    routerPorts,
    // What the engine keeps needs no second book: labels name it, and a sweep goes by them.
    onCreated: () => {},
  });
  try {
    await substrate.prepare();
  } catch (error) {
    await substrate.destroy().catch(() => {});
    throw error;
  }
  return {
    substrate,
    places,
    routerPort: routerPorts['router/1'] ?? 0,
    engine: redisImage === null ? null : () => redisRun(redisImage, token),
    engineName: world.cell.without.includes('sqs')
      ? 'none'
      : redisImage === null
        ? 'embedded'
        : `Redis (${redisImage})`,
    endpointOf: (name) => {
      const { port } = places.reach(name);
      return substrate.tunnel(name.replace(/:admin$/, ''), port);
    },
    reserve: async () => {},
    badRelease: () => makeBadRelease(engine.client, docker.petriImage),
    close: async () => {},
    eraseVolumes: () => substrate.eraseVolumes(),
    wipeVolume: (volume) => substrate.wipeVolume(volume),
  };
}

/** Images of the user's own are theirs to build or pull: what is not at hand is said before anything is started. */
async function checkImages(client: Dockerode, services: Services): Promise<void> {
  for (const [name, { image }] of Object.entries(services)) {
    if (image === null) continue;
    const isHere = await client
      .getImage(image)
      .inspect()
      .then(
        () => true,
        () => false,
      );
    if (isHere) continue;
    const how = `docker pull ${image}, or docker build -t ${image} FOLDER`;
    throw new RpcError('unavailable', `the image ${image} of cell.services.${name} is not at hand: ${how}`);
  }
}

async function chooseRouterPorts(routers: number, asked: number | null): Promise<Record<string, number>> {
  const ports: Record<string, number> = { 'router/1': await choosePort(asked) };
  for (let index = 2; index <= routers; index++) {
    ports[`router/${index}`] = await nextFreePort((ports[`router/${index - 1}`] ?? 0) + 1);
  }
  return ports;
}

function redisRun(image: string, token: string): PartSpec['run'] {
  const listen = { host: '0.0.0.0', port: redisPort };
  return { program: 'redis-image', image, configuration: redisConfig(listen, volumeFolder, token) };
}
