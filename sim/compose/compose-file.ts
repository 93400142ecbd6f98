import type { ContainerCreateOptions } from 'dockerode';
import { redisConfig } from '../../cells/sqs/engine.ts';
import { containerOptions, type ContainerRequest } from '../substrate/docker/container-options.ts';
import { planOfPart, planOfPorthole } from '../substrate/docker/container-plan.ts';
import { adminPort, hostOf, redisPort, servesPort, volumeFolder } from '../world/docker-places.ts';
import { cellBridge } from '../substrate/docker/networks.ts';
import { portholeAddress } from '../substrate/docker/names.ts';
import type { PartSpec } from '../world/part.ts';
import { composeFormat, composeLabels, tokenVariable } from './compose-labels.ts';
import { composePlan, composeWorld } from './compose-world.ts';
import { yamlLines, type Entry } from './yaml-lines.ts';

const token = `\${${tokenVariable}:-petri-compose}`;
const routerPort = '${PETRI_PORT:-8080}';

const head = `# The default world of Petri for plain Compose: docker-compose 1.29, or Compose v2. docs/docker-compose.md says what to do with it.
#
#     npm run setup && docker-compose up -d
#     curl -X PUT -H 'x-tenant-id: t21' -H 'content-type: application/json' -d '{"value":42}' http://127.0.0.1:8080/sheets/s1/rows/r1
#
# Written by \`node scripts/compose.ts\` from Petri's own plan of that world. A test keeps the two equal: change the plan, not this.
#
# ${tokenVariable} is what the parts show each other; petri attach reads it from the containers. It may have a default only because
# all that asks for it stands on networks of its own or on this machine's loopback: choose one where others use the machine, too.
# PETRI_PORT is the router's port. NODE_IMAGE, PETRI_IMAGE and REDIS_IMAGE name the images.
`;

/** Stands in the names that Petri gives; Compose puts the project's own in front itself. */
const project = 'PROJECT';

/** The weight of a container that says nothing about it. */
const sharesUsual = 1024;

const build = { context: '.', dockerfile: 'cells/Dockerfile', args: { NODE_IMAGE: '${NODE_IMAGE:-node:24-slim}' } };

const cellNetwork = { internal: true, driver_opts: cellBridge };

/** The whole text of docker-compose.yml. */
export function composeFile(): string {
  const plan = composePlan(token);
  const parts = plan.initialParts().toSorted((one, other) => rank(one) - rank(other));
  return [
    head,
    'x-container: &container',
    ...yamlLines(sharedEntries(requestOf(plan.map())), 2),
    '',
    'x-part: &part',
    '  <<: *container',
    ...yamlLines(partEntries, 2),
    '',
    'services:',
    [...parts.map(serviceOf), portholeService(plan.cells, parts)].join('\n\n'),
    '',
    '# From inside a cell no way leads out, and none to another cell. Only what stands outside publishes ports, on loopback.',
    'networks:',
    ...yamlLines([...plan.cells.map((cell) => [cell, cellNetwork] as const), ['outside', {}]], 2),
    '',
    'volumes:',
    ...yamlLines(
      [...new Set(parts.flatMap(volumesOf))].map((volume) => [volume, {}] as const),
      2,
    ),
    '',
  ].join('\n');
}

/** What all of Petri's own programs have in common. */
const partEntries: readonly Entry[] = [
  ['image', '${PETRI_IMAGE:-petri:compose}'],
  // One service says how it is built; none is looked for in a registry.
  ['pull_policy', 'never'],
  ['entrypoint', ['node']],
  ['environment', { NODE_ENV: 'production', [tokenVariable]: token }],
  ['healthcheck', health(listening(servesPort, adminPort))],
];

/** What all containers have in common, as Petri itself asks for it. */
function sharedEntries(request: ContainerRequest): readonly Entry[] {
  const { User, HostConfig: host = {} } = optionsOf(request);
  return [
    ['user', User],
    ['cap_drop', host.CapDrop],
    ['security_opt', host.SecurityOpt],
    ['read_only', host.ReadonlyRootfs],
    ['tmpfs', Object.entries(host.Tmpfs as Record<string, string>).map(([path, how]) => `${path}:${how}`)],
    ['pids_limit', host.PidsLimit],
    ['init', host.Init],
    ['restart', host.RestartPolicy?.Name],
    ['dns_opt', host.DnsOptions],
    ['logging', { driver: host.LogConfig?.Type, options: host.LogConfig?.Config }],
  ];
}

function serviceOf(part: PartSpec): string {
  if (part.run.program === 'redis-image') return queueService(part);
  const more: Entry[] = [];
  if (part.kind === 'map') more.push(['build', build]);
  else more.push(['depends_on', startsAfter(part)]);
  // It serves nobody, and is well while it is connected to its queue.
  if (part.kind === 'worker') more.push(['healthcheck', health(connectedTo(queueLinkOf(part)))]);
  const request = requestOf(part);
  const mounts = mountsOf(request);
  // A fresh volume takes its owner from the image of its first container, and Redis's own knows nothing of ours.
  if (part.kind === 'links') mounts.push(`${cellOfLinks(part)}-sqs:${volumeFolder}:ro`);
  return service('part', { ...request, command: ownCommand(request) }, mounts, more);
}

function queueService(part: PartSpec): string {
  const request = requestOf(part);
  const command = redisArguments(redisConfig({ host: '0.0.0.0', port: redisPort }, volumeFolder, token));
  return service('container', { ...request, command }, mountsOf(request), [
    ['image', '${REDIS_IMAGE:-redis:7-alpine}'],
    ['entrypoint', [request.entrypoint]],
    ['depends_on', startsAfter(part)],
    ['healthcheck', health(listening(redisPort))],
  ]);
}

/**
 * Started after all others, and so the first that Compose stops: by its end a supervisor that is attached knows that nothing
 * that stops from then on is to be replaced.
 */
function portholeService(cells: readonly string[], parts: readonly PartSpec[]): string {
  const { request } = planOfPorthole({ project, world: composeWorld.name, image: '', token, cells });
  const all = parts.map(({ address }) => hostOf(address));
  return service('part', { ...request, command: ownCommand(request) }, mountsOf(request), [['depends_on', all]]);
}

function service(
  like: 'part' | 'container',
  request: ContainerRequest,
  mounts: string[],
  more: readonly Entry[],
): string {
  const { Hostname, HostConfig: host = {} } = optionsOf(request);
  const entries: Entry[] = [
    ['command', request.command],
    ['labels', { [composeLabels.address]: request.address, [composeLabels.format]: composeFormat }],
    ['hostname', Hostname],
    ['networks', request.networks.map(ownName)],
    ['volumes', mounts],
    ['cpus', (host.NanoCpus ?? 0) / 1e9],
    ['mem_limit', host.Memory],
    ['memswap_limit', host.MemorySwap],
  ];
  if (host.CpuShares !== sharesUsual) entries.push(['cpu_shares', host.CpuShares]);
  if (request.publishAt !== null) {
    const at = request.address === portholeAddress ? '' : routerPort;
    entries.push(['ports', [`127.0.0.1:${at}:${servesPort}`]]);
  }
  const name = `  ${hostOf(request.address)}:`;
  return [name, `    <<: *${like}`, ...yamlLines([...entries, ...more], 4)].join('\n');
}

/**
 * The map's service builds the image of all. In a cell its links come first, and of two that share a volume the first: two
 * that are made at the same moment would both try to fill a volume that is new.
 */
function startsAfter(part: PartSpec): readonly string[] {
  if (part.cell === null) return ['map'];
  const links = hostOf(`links/${part.cell}`);
  return part.kind === 'aurora' && part.index === 2 ? [links, hostOf(`${part.cell}/aurora/1`)] : [links];
}

/** What is outside first, then each cell with its links. */
function rank({ kind, cell, address }: PartSpec): number {
  if (kind !== 'links' && cell === null) return 0;
  return (cell ?? cellOfLinks({ address })).charCodeAt(0) * 2 + (kind === 'links' ? 0 : 1);
}

function cellOfLinks({ address }: Pick<PartSpec, 'address'>): string {
  return address.split('/')[1] ?? '';
}

function queueLinkOf({ run }: PartSpec): number {
  return 'config' in run ? (run.config.upstreams['sqs']?.[0]?.port ?? 0) : 0;
}

function requestOf(part: PartSpec): ContainerRequest {
  const answers = () => Promise.resolve(false);
  return planOfPart(part, { project, image: '', routerPorts: { 'router/1': 0 }, answers, serves: answers }).request;
}

function optionsOf(request: ContainerRequest): ContainerCreateOptions {
  return containerOptions({ project, world: composeWorld.name, life: '' }, request);
}

/** The program finds its config out by itself, rather than reading it from standard input. */
function ownCommand({ command, address }: ContainerRequest): readonly string[] {
  const [program = '', _stdin] = command.slice(-2);
  return [...command.slice(0, -2), program.replace(/[^/]*$/, 'compose-part.js'), address];
}

function redisArguments(configuration: string): readonly string[] {
  const lines = configuration.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const [key = '', ...value] = line.split(' ');
    return [`--${key}`, value.join(' ').replace(/^"(.*)"$/, '$1')];
  });
}

function mountsOf(request: ContainerRequest): string[] {
  const mounts = optionsOf(request).HostConfig?.Mounts ?? [];
  return mounts.map(({ Source, Target, ReadOnly }) => `${ownName(Source)}:${Target}${ReadOnly ? ':ro' : ''}`);
}

function volumesOf(part: PartSpec): string[] {
  return mountsOf(requestOf(part)).map((mount) => mount.split(':')[0] ?? '');
}

function ownName(name: string): string {
  return name.replace(`${project}_`, '');
}

/** Seldom: thirty containers that are asked often take more cpu than what they do. */
function health(test: readonly string[]): unknown {
  return { test: ['CMD', ...test], interval: '15s', timeout: '5s', retries: 2, start_period: '10s' };
}

/** Whether something listens at one of these ports: a look at the kernel's table, since starting Node for it would cost more. */
function listening(...ports: readonly number[]): readonly string[] {
  const any = ports.map(hex).join('|');
  return lookFor(`^ *[0-9]+: [0-9A-F]+:(${any}) [0-9A-F]+:0000 0A`);
}

function connectedTo(port: number): readonly string[] {
  return lookFor(`^ *[0-9]+: [0-9A-F]+:[0-9A-F]+ [0-9A-F]+:${hex(port)} 01`);
}

function lookFor(pattern: string): readonly string[] {
  return ['grep', '-qE', pattern, '/proc/net/tcp', '/proc/net/tcp6'];
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
