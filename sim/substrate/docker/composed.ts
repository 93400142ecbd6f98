import type Dockerode from 'dockerode';
import { composeFormat, composeLabels, tokenVariable } from '../../compose/compose-labels.ts';
import { servesPort } from '../../world/docker-places.ts';
import { DockerError } from './docker-error.ts';
import { ask } from './engine-call.ts';
import { composeProjectLabel, portholeAddress } from './names.ts';

/** A world that Compose has made from docker-compose.yml. */
export interface ComposedWorld {
  readonly project: string;
  /** How many of its containers there are, and how many of them run. */
  readonly containers: number;
  readonly running: number;
}

/** What somebody who takes it over has to know. */
export interface ComposedFacts {
  readonly project: string;
  /** The secret that its parts show each other. */
  readonly token: string;
  readonly petriImage: string;
  readonly redisImage: string;
  /** The port of the host's loopback that leads to its router. */
  readonly routerPort: number;
}

/** Every world on this engine that was made from docker-compose.yml, by name. */
export async function listComposed(docker: Dockerode): Promise<readonly ComposedWorld[]> {
  const found = await ask(
    'list containers',
    docker.listContainers({ all: true, filters: { label: [composeLabels.format] } }),
  );
  const projects = Map.groupBy(found, ({ Labels: labels }) => labels[composeProjectLabel] ?? '');
  return [...projects]
    .map(([project, containers]) => ({
      project,
      containers: containers.length,
      running: containers.filter(({ State: state }) => state === 'running' || state === 'paused').length,
    }))
    .toSorted((one, other) => (one.project < other.project ? -1 : 1));
}

/** The id of Compose's container for a part; null where it has none. */
export async function findComposed(docker: Dockerode, project: string, address: string): Promise<string | null> {
  const label = [`${composeProjectLabel}=${project}`, `${composeLabels.address}=${address}`, composeLabels.format];
  const found = await ask(`find ${address}`, docker.listContainers({ all: true, filters: { label } }));
  return found[0]?.Id ?? null;
}

/** Reads what a world is from its own containers. Rejects with a DockerError where it is not whole, or of another format. */
export async function readComposed(docker: Dockerode, project: string): Promise<ComposedFacts> {
  const look = async (address: string) => {
    const id = await findComposed(docker, project, address);
    if (id === null)
      throw unfit(project, `has no container for ${address}: docker-compose up -d makes what is missing`);
    return ask(`look at ${address}`, docker.getContainer(id).inspect());
  };
  const porthole = await look(portholeAddress);
  const format = porthole.Config.Labels[composeLabels.format];
  if (format !== composeFormat)
    throw unfit(project, `was made from the docker-compose.yml of another version of Petri: take that version's petri`);
  const token = porthole.Config.Env.find((line) => line.startsWith(`${tokenVariable}=`))?.slice(
    tokenVariable.length + 1,
  );
  if (!token) throw unfit(project, `has no ${tokenVariable} in its porthole: make it anew with docker-compose up -d`);
  const router = await look('router/1');
  const bindings = router.HostConfig.PortBindings as Record<string, { HostPort?: string }[] | undefined> | undefined;
  const routerPort = Number(bindings?.[`${servesPort}/tcp`]?.[0]?.HostPort);
  if (!routerPort) throw unfit(project, 'publishes no port of its router: make it anew with docker-compose up -d');
  const redis = await look('a/sqs');
  return { project, token, petriImage: porthole.Config.Image, redisImage: redis.Config.Image, routerPort };
}

function unfit(project: string, why: string): DockerError {
  return new DockerError('failed', `the Compose project ${project} ${why}`);
}
