import type Dockerode from 'dockerode';
import { ask, askUnless } from './engine-call.ts';
import { connectEngine } from './engine.ts';
import { labelNames } from './names.ts';

/** Whose containers and networks are meant: those of one supervisor's life, or with null those of all its lives. */
export interface Swept {
  readonly project: string;
  readonly life: string | null;
}

export interface SweepOutcome {
  /** Names of containers and networks. */
  readonly removed: readonly string[];
  /** What is still there, each with the reason. */
  readonly left: readonly string[];
  /**
   * Networks on which nothing stands any more and which the engine refuses to remove all the same: now and then it loses count
   * when several containers end at once (moby/moby#42119). They go after its next start; till then a new life takes them as they are.
   */
  readonly stuck: readonly string[];
}

/** Several rounds, since what was being created when its owner died may appear only after the first list. */
const roundsMax = 5;

/** As {@link sweepLabelled}, on the engine that Docker's own command line would use. Rejects where there is none. */
export async function sweepProject({
  allowRemote,
  ...swept
}: Swept & { readonly allowRemote: boolean }): Promise<SweepOutcome> {
  const { client } = await connectEngine({ allowRemote });
  return sweepLabelled(client, swept);
}

/**
 * Removes the containers, running and paused ones too, and then the networks that carry these labels. Each is looked at again
 * just before it goes, and goes by its id. Volumes stay: they are the world's data.
 */
export async function sweepLabelled(docker: Dockerode, swept: Swept): Promise<SweepOutcome> {
  const removed: string[] = [];
  let left: string[] = [];
  let stuck: string[] = [];
  for (let round = 0; round < roundsMax; round++) {
    left = [];
    stuck = [];
    const note = ({ name, error, isStuck }: Gone) => {
      if (error === null) removed.push(name);
      else if (isStuck) stuck.push(name);
      else left.push(`${name} (${error})`);
    };
    const containers = await containersOf(docker, swept);
    for (const gone of await Promise.all(containers.map((id) => removeContainer(docker, swept, id))))
      if (gone) note(gone);
    const networks = await networksOf(docker, swept);
    for (const gone of await Promise.all(networks.map((id) => removeNetwork(docker, swept, id)))) if (gone) note(gone);
    if (containers.length + networks.length === 0) break;
  }
  return { removed, left, stuck };
}

/** Removes a project's volumes, which are its data. Its containers have to be gone. */
export async function eraseVolumesOf(
  docker: Dockerode,
  project: string,
): Promise<Pick<SweepOutcome, 'removed' | 'left'>> {
  const filters = { label: [`${labelNames.project}=${project}`] };
  const { Volumes: volumes } = await ask('list volumes', docker.listVolumes({ filters }));
  const removed: string[] = [];
  const left: string[] = [];
  for (const { Name: name } of volumes ?? []) {
    const facts = await askUnless([404], `look at the volume ${name}`, docker.getVolume(name).inspect());
    if (facts?.Labels?.[labelNames.project] !== project) continue;
    await askUnless([404], `remove the volume ${name}`, docker.getVolume(name).remove()).then(
      () => removed.push(name),
      (error: Error) => left.push(`${name} (${error.message})`),
    );
  }
  return { removed, left };
}

interface Gone {
  readonly name: string;
  readonly error: string | null;
  readonly isStuck?: boolean;
}

async function containersOf(docker: Dockerode, swept: Swept): Promise<string[]> {
  const found = await ask('list containers', docker.listContainers({ all: true, filters: filtersOf(swept) }));
  return found.map(({ Id }) => Id);
}

async function networksOf(docker: Dockerode, swept: Swept): Promise<string[]> {
  const found = await ask('list networks', docker.listNetworks({ filters: filtersOf(swept) }));
  return found.map(({ Id }) => Id);
}

async function removeContainer(docker: Dockerode, swept: Swept, id: string): Promise<Gone | null> {
  const container = docker.getContainer(id);
  return removing(id, async () => {
    const facts = await askUnless([404], `look at container ${id}`, container.inspect());
    if (!facts || !carries(facts.Config.Labels, swept)) return null;
    const name = facts.Name.replace(/^\//, '');
    // 409: its removal is under way already.
    await askUnless([404, 409], `remove ${name}`, container.remove({ force: true }));
    return name;
  });
}

async function removeNetwork(docker: Dockerode, swept: Swept, id: string): Promise<Gone | null> {
  const network = docker.getNetwork(id);
  const gone = await removing(id, async () => {
    const facts = await askUnless([404], `look at network ${id}`, network.inspect());
    if (!facts || !carries(facts.Labels ?? {}, swept)) return null;
    await askUnless([404], `remove the network ${facts.Name}`, network.remove());
    return facts.Name;
  });
  if (gone?.error === undefined || gone.error === null || !/has active endpoints/.test(gone.error)) return gone;
  const facts = await askUnless([404], `look at network ${id}`, network.inspect());
  return facts && Object.keys(facts.Containers ?? {}).length === 0
    ? { ...gone, name: facts.Name, isStuck: true }
    : gone;
}

async function removing(id: string, remove: () => Promise<string | null>): Promise<Gone | null> {
  try {
    const name = await remove();
    return name === null ? null : { name, error: null };
  } catch (error) {
    return { name: id.slice(0, 12), error: (error as Error).message };
  }
}

function carries(labels: Readonly<Record<string, string>>, { project, life }: Swept): boolean {
  return labels[labelNames.project] === project && (life === null || labels[labelNames.life] === life);
}

function filtersOf({ project, life }: Swept): { label: string[] } {
  const ours = `${labelNames.project}=${project}`;
  return { label: life === null ? [ours] : [ours, `${labelNames.life}=${life}`] };
}
