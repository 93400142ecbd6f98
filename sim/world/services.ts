import type { SubstrateName } from '../substrate/substrate.ts';
import type { PartSize } from './part.ts';
import { holesOf } from './placeholders.ts';

/** What the tenants of a cell see when a part that a world file added is lost: Petri cannot know what a service does without it. */
export type OnLoss = 'refused' | 'delayed' | 'none';

/** A part of a cell that the world file brings: it replaces one of {@link replaceable}, or stands beside Petri's own. */
export interface ServiceSpec {
  /** Its program and arguments on processes, no shell in between; null where it is known by image only. */
  readonly command: readonly string[] | null;
  /** Its image on Docker; null where it is known by command only. */
  readonly image: string | null;
  /** What the image's program is called with; null: what the image itself says. */
  readonly args: readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  /** Where it listens in a container; null: nowhere. On processes it is told a port of its own. */
  readonly port: number | null;
  /** A path that is answered 2xx once it serves; null: it serves once its port accepts. */
  readonly health: string | null;
  readonly user: '1000' | 'image';
  readonly root: 'read-only' | 'writable';
  readonly tmpfs: readonly string[];
  /** Where each of its volumes is mounted in a container. All tasks of a service share them, as files of a cell are shared. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly size: PartSize;
  readonly onLoss: OnLoss;
}

export type Services = Readonly<Record<string, ServiceSpec>>;

/** Parts of Petri's own that a world file can replace. */
export const replaceable = ['web', 'worker', 'xl'] as const;

/** Parts of Petri's own that a cell can do without. */
export const removable = ['aurora', 'dynamodb', 'sqs', 'worker', 'xl'] as const;

export type Removable = (typeof removable)[number];

/** Parts of Petri's own whose address a service can be told. */
export const addressable = ['alb', 'aurora', 'dynamodb', 'sqs'] as const;

/** What no added part can be called: Petri's own kinds and the words of the grammar of targets. */
export const takenNames: readonly string[] = [
  'alb',
  'aurora',
  'dynamodb',
  'sqs',
  'links',
  'router',
  'map',
  'control',
  'traffic',
  'porthole',
  'service',
  'writer',
  'reader',
];

/** The parts that were added, in the file's order: what is neither `web` nor `worker` nor `xl`. */
export function addedNames(services: Services): readonly string[] {
  return Object.keys(services).filter((name) => !isReplaceable(name));
}

export function isReplaceable(name: string): name is (typeof replaceable)[number] {
  return (replaceable as readonly string[]).includes(name);
}

/** The other parts that a service is told the address of. */
export function namedNeighbours(spec: Pick<ServiceSpec, 'command' | 'args' | 'env'>): readonly string[] {
  const texts = [...Object.values(spec.env), ...(spec.command ?? []), ...(spec.args ?? [])];
  const names = texts.flatMap(holesOf).filter((name) => !/^(self\.(host|port)|cell|volume\..*)$/.test(name));
  return [...new Set(names.map((name) => name.replace(/\.(host|port)$/, '')))];
}

/** The parts that a service has links to: a task to every added part, any service to those that it names. */
export function linkedParts(services: Services, name: string): readonly string[] {
  const spec = services[name];
  if (!spec) return [];
  const all = isReplaceable(name) ? addedNames(services) : [];
  return [...new Set([...all, ...namedNeighbours(spec)])];
}

/** What is left out where the file does not say it: with Petri's own web all that nothing names, else nothing. */
export function leftOut(services: Services): readonly Removable[] {
  if (!services['web']) return [];
  const named = new Set(Object.values(services).flatMap(namedNeighbours));
  return removable.filter((part) => !named.has(part) && !services[part]);
}

/** The name of a volume of a service; dots keep `x-y` of `z` apart from `x` of `y-z`. */
export function serviceVolume(cell: string, service: string, volume: string): string {
  return `${cell}.${service}.${volume}`;
}

/** How many ports the services of one cell need beside those of Petri's own: one for each part that is added, one for each link. */
export function portsOfServices(services: Services, tasks: number): number {
  const added = addedNames(services);
  const perTask = Math.max(0, ...['web', 'worker', 'xl'].map((name) => linkedParts(services, name).length));
  const between = added.map((name) => linkedParts(services, name).length);
  return added.length + (tasks + 1) * perTask + between.reduce((sum, count) => sum + count, 0);
}

/** What the loss of each added part does, by its name. */
export function lossesOf({
  cell,
}: {
  readonly cell: { readonly services: Services };
}): Readonly<Record<string, OnLoss>> {
  return Object.fromEntries(addedNames(cell.services).map((name) => [name, cell.services[name]?.onLoss ?? 'refused']));
}

/** Why these services cannot run there, as a sentence; null where they can. */
export function unrunnableOn(on: SubstrateName, services: Services): string | null {
  const [first] = Object.keys(services);
  if (on === 'virtual' && first !== undefined)
    return `cell.services.${first} is a service of your own, and in virtual time only Petri's own can run: --on process or --on docker`;
  for (const [name, { command, image }] of Object.entries(services)) {
    if (on === 'process' && command === null)
      return `cell.services.${name} has an image and no command: give it one, or grow the world with --on docker`;
    if (on === 'docker' && image === null)
      return `cell.services.${name} has a command and no image: give it one, or grow the world with --on process`;
  }
  return null;
}
