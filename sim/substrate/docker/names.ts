import { createHash } from 'node:crypto';
import { hostOf } from '../../world/docker-places.ts';
import type { PartSpec } from '../../world/part.ts';

/** The labels by which everything of Petri's is known. Nothing is ever removed that does not carry them. */
export const labelNames = {
  project: 'dev.petri.project',
  world: 'dev.petri.world',
  /** The supervisor's life that made it; volumes outlive that and have none. */
  life: 'dev.petri.life',
  address: 'dev.petri.address',
} as const;

/** What Compose knows its own by, and everybody who groups by it. */
export const composeProjectLabel = 'com.docker.compose.project';

/** The address of the one container that is not a part: the supervisor's way into the world's networks. */
export const portholeAddress = 'porthole';

/** Whose something is: a world of this name, in this project, as one supervisor grew it. */
export interface Ownership {
  readonly project: string;
  readonly world: string;
  readonly life: string;
}

/** `petri-<world>-<4 hex>`: two worlds of one name in two state folders are two projects. */
export function projectOf(world: string, stateFolder: string): string {
  return `petri-${world}-${sha256(stateFolder).slice(0, 4)}`;
}

/** The mark of one supervisor's life. The token itself must not stand in a label that everybody reads. */
export function lifeOf(token: string): string {
  return sha256(token).slice(0, 16);
}

/** `b/web/1` is `<project>-b-web-1`. */
export function containerName(project: string, address: string): string {
  return `${project}-${hostOf(address)}`;
}

export function cellNetwork(project: string, cell: string): string {
  return `${project}_${cell}`;
}

/** The only network that publishes ports and leads out. */
export function outsideNetwork(project: string): string {
  return `${project}_outside`;
}

/**
 * Where a part stands. What belongs to a cell stands in that cell alone; a cell's links are the only way in; the rest stands
 * outside. The first one is where its ports are published, if it has any.
 */
export function networksOf(project: string, part: Pick<PartSpec, 'address' | 'kind' | 'cell'>): readonly string[] {
  if (part.kind === 'links') {
    const cell = part.address.split('/')[1] ?? '';
    return [outsideNetwork(project), cellNetwork(project, cell)];
  }
  return [part.cell === null ? outsideNetwork(project) : cellNetwork(project, part.cell)];
}

export function volumeName(project: string, volume: string): string {
  return `${project}_${volume}`;
}

/** Every cell's events lie in a volume of its own, since what runs in a cell could write there what it likes. */
export function eventsVolume(project: string, cell: string | null): string {
  return `${project}_events-${cell ?? 'outside'}`;
}

export type Labels = Readonly<Record<string, string>>;

export function containerLabels(owner: Ownership, address: string, configHash: string): Labels {
  const [, service = address, number = '1'] = /^(.*?)(?:\/(\d+))?$/.exec(address) ?? [];
  return {
    ...ownLabels(owner),
    [labelNames.life]: owner.life,
    [labelNames.address]: address,
    'com.docker.compose.service': hostOf(service),
    'com.docker.compose.container-number': number,
    'com.docker.compose.oneoff': 'False',
    'com.docker.compose.config-hash': configHash,
  };
}

export function networkLabels(owner: Ownership, network: string): Labels {
  const own = network.slice(owner.project.length + 1);
  return { ...ownLabels(owner), [labelNames.life]: owner.life, 'com.docker.compose.network': own };
}

export function volumeLabels(owner: Ownership, volume: string): Labels {
  return { ...ownLabels(owner), 'com.docker.compose.volume': volume.slice(owner.project.length + 1) };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** With Compose's own labels the world is one group in `docker compose ls`, lazydocker and Docker Desktop. */
function ownLabels({ project, world }: Ownership): Labels {
  return {
    [labelNames.project]: project,
    [labelNames.world]: world,
    [composeProjectLabel]: project,
    'com.docker.compose.version': '2.0.0',
  };
}
