import type { ContainerCreateOptions } from 'dockerode';
import { eventsFolder, hostOf, servesPort, volumeFolder } from '../../world/docker-places.ts';
import type { PartSize } from '../../world/part.ts';
import { containerLabels, containerName, eventsVolume, sha256, volumeName, type Ownership } from './names.ts';

/**
 * All that can be asked of a container. There is no field for a folder of the host, a privilege, a device or a namespace of
 * the host: what a world file says cannot become one.
 */
export interface ContainerRequest {
  readonly address: string;
  readonly image: string;
  /** That of a service of the user's own is its image's. */
  readonly entrypoint: string;
  readonly command: readonly string[];
  readonly size: PartSize;
  /** Yields the cpu to others where there is not enough for all. */
  readonly worksBehind: boolean;
  /** The first one is joined as it is created, the others before it is started. */
  readonly networks: readonly string[];
  /** The volume that it keeps its data on; null where it keeps nothing. */
  readonly volume: string | null;
  /** Whose events volumes it sees: its own to write to, or those of all cells to read. */
  readonly events:
    | { readonly kind: 'none' }
    | { readonly kind: 'writes'; readonly cell: string | null }
    | { readonly kind: 'reads'; readonly cells: readonly string[] };
  /** The port of the host's loopback that leads to its serving port; 0 lets the engine choose; null publishes nothing. */
  readonly publishAt: number | null;
  /** What a service of the user's own may choose; without it the container is one of Petri's. */
  readonly foreign?: ForeignOptions;
}

/** All that a world file can say of the container of a service of the user's own. */
export interface ForeignOptions {
  /** Null: what the image says. */
  readonly args: readonly string[] | null;
  readonly env: Readonly<Record<string, string>>;
  readonly user: '1000' | 'image';
  readonly root: 'read-only' | 'writable';
  readonly tmpfs: readonly string[];
  readonly mounts: readonly { readonly volume: string; readonly folder: string }[];
}

/** As processes are started with a lower priority: a tenth of the usual weight. */
const sharesBehind = 102;
const sharesUsual = 1024;

const pidsUsual = 128;
/** Threads count, and a database has a hundred of them. */
const pidsOfForeign = 512;

/** Turns a request into what the engine is asked for. Pure. */
export function containerOptions(
  owner: Ownership,
  request: ContainerRequest,
): ContainerCreateOptions & { name: string } {
  const options = unlabelled(owner, request);
  return { ...options, Labels: { ...containerLabels(owner, request.address, hashOf(owner, request)) } };
}

/** Changes when a container has to be made anew to fit the request; limits are changed in place and do not count. */
export function hashOf(owner: Ownership, request: ContainerRequest): string {
  const { HostConfig, ...rest } = unlabelled(owner, request);
  const { NanoCpus: _cpus, Memory: _memory, MemorySwap: _swap, ...fixed } = HostConfig;
  return sha256(JSON.stringify([rest, fixed]));
}

/** The engine's words for a size. Swap would only hide that the memory is used up: there is none. */
export function limitsOf(size: PartSize): { NanoCpus: number; Memory: number; MemorySwap: number } {
  const memory = Math.round(size.memoryBytes);
  return { NanoCpus: Math.round(size.cpus * 1e9), Memory: memory, MemorySwap: memory };
}

function unlabelled(owner: Ownership, request: ContainerRequest) {
  const port = `${servesPort}/tcp`;
  const published = request.publishAt !== null;
  const [network = ''] = request.networks;
  return {
    name: containerName(owner.project, request.address),
    Image: request.image,
    ...programOf(request),
    Hostname: hostOf(request.address),
    // What it has to know comes on standard input, and whoever holds the other end owns it.
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    StopSignal: 'SIGTERM',
    // Petri looks for itself; thirty more processes every few seconds would take the cpu that the parts need.
    Healthcheck: { Test: ['NONE'] },
    ExposedPorts: published ? { [port]: {} } : {},
    HostConfig: {
      ...limitsOf(request.size),
      CpuShares: request.worksBehind ? sharesBehind : sharesUsual,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: request.foreign?.root !== 'writable',
      Tmpfs: tmpfsOf(request.foreign),
      PidsLimit: request.foreign ? pidsOfForeign : pidsUsual,
      Init: true,
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
      DnsOptions: ['timeout:1', 'attempts:1'],
      NetworkMode: network,
      Mounts: mountsOf(owner.project, request),
      PortBindings: published ? { [port]: [{ HostIp: '127.0.0.1', HostPort: hostPort(request.publishAt) }] } : {},
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [hostOf(request.address)] } } },
  };
}

/** What runs, as whom, told what. */
function programOf({ entrypoint, command, foreign }: ContainerRequest) {
  if (!foreign) return { Entrypoint: [entrypoint], Cmd: [...command], Env: ['NODE_ENV=production'], User: '1000:1000' };
  return {
    // What the image itself says is left out, not empty: an empty one would take its place.
    ...(foreign.args === null ? {} : { Cmd: [...foreign.args] }),
    Env: Object.entries(foreign.env).map(([name, value]) => `${name}=${value}`),
    ...(foreign.user === '1000' ? { User: '1000:1000' } : {}),
  };
}

const tmpfs = 'rw,noexec,nosuid,nodev,size=64m';

function tmpfsOf(foreign: ForeignOptions | undefined): Record<string, string> {
  return Object.fromEntries(['/tmp', ...(foreign?.tmpfs ?? [])].map((folder) => [folder, tmpfs]));
}

function hostPort(port: number | null): string {
  return port === null || port === 0 ? '' : String(port);
}

function mountsOf(project: string, { volume, events, foreign }: ContainerRequest) {
  const mounts = [];
  for (const each of foreign?.mounts ?? []) {
    // As user 1000 it has a volume that was handed over to that user; what the image holds there would take it back.
    const NoCopy = foreign?.user === '1000';
    const own = mount(volumeName(project, each.volume), each.folder, false);
    mounts.push({ ...own, VolumeOptions: { NoCopy, Labels: {}, DriverConfig: { Name: 'local', Options: {} } } });
  }
  if (volume !== null) mounts.push(mount(volumeName(project, volume), volumeFolder, false));
  if (events.kind === 'writes') mounts.push(mount(eventsVolume(project, events.cell), eventsFolder, false));
  if (events.kind === 'reads') {
    for (const cell of [...events.cells, null]) {
      mounts.push(mount(eventsVolume(project, cell), `${eventsFolder}/${cell ?? 'outside'}`, true));
    }
  }
  return mounts;
}

function mount(source: string, target: string, readOnly: boolean) {
  return { Type: 'volume' as const, Source: source, Target: target, ReadOnly: readOnly };
}
