import { stringify } from 'yaml';
import type { PartSize } from './part.ts';
import { spokenMix, templateNames, type Protocol, type RequestTemplate } from './protocol.ts';
import { printDuration } from './quantities.ts';
import { defaultMix, defaultWorld } from './schema.ts';
import { leftOut, type ServiceSpec, type Services } from './services.ts';
import type { World } from './world.ts';

type Plain = Readonly<Record<string, unknown>>;

/** A world as a file: what differs from the defaults, and always its cells, tenants and traffic. Reading it again gives the same world. */
export function printWorld(world: World): string {
  const { name, seed } = world;
  const { traffic, policies, ...sections } = worldSectionsOf(world);
  return stringify({ petri: 1, name, seed, ...sections, traffic, ...(policies ? { policies } : {}) }, { lineWidth: 0 });
}

/** A world's sections as plain data in the notation of files. */
export function worldSectionsOf(world: World): Plain {
  const usual = defaultWorld();
  const { services, without } = world.cell;
  const stated = <Key extends keyof World>(key: Key): Plain => (world[key] === usual[key] ? {} : { [key]: world[key] });
  const cell = {
    web: world.cell.web,
    worker: world.cell.worker,
    maxTenants: world.cell.maxTenants,
    replaceAfter: printDuration(world.cell.replaceAfterMs),
    xlAbove: world.cell.xlAbove,
    ...differing(world.cell.workerConcurrency, usual.cell.workerConcurrency, 'workerConcurrency'),
    ...(world.cell.auroraFailoverMs === usual.cell.auroraFailoverMs
      ? {}
      : { auroraFailover: printDuration(world.cell.auroraFailoverMs) }),
    ...(world.cell.volumeBytes === null ? {} : { volumeSize: printSize(world.cell.volumeBytes) }),
    ...sizesOf(world.cell.sizes, usual.cell.sizes),
    ...(Object.keys(services).length === 0 ? {} : { services: servicesOf(services) }),
    ...(String(without) === String(leftOut(services)) ? {} : { without }),
  };
  const images = Object.entries(world.images).filter(([, image]) => image !== null);
  return {
    cells: world.cells,
    tenants: world.tenants,
    ...stated('routers'),
    ...(world.port === null ? {} : { port: world.port }),
    ...stated('tenantFrom'),
    ...stated('engine'),
    cell,
    ...(world.protocol === null ? {} : { protocol: protocolOf(world.protocol) }),
    ...(images.length === 0 ? {} : { images: Object.fromEntries(images) }),
    traffic: trafficOf(world),
    ...(Object.keys(world.policies).length === 0 ? {} : { policies: policiesOf(world.policies) }),
  };
}

/** `traffic:` in the notation of files. The mix that a protocol makes of the usual one cannot be written in shares of three digits. */
export function trafficOf({ traffic: { on, rps, mix, skew }, protocol }: World): Plain {
  const usual = Object.entries(spokenMix(defaultMix, protocol));
  const isUsual = usual.every(([op, share]) => mix[op as keyof typeof mix] === share);
  const stated = protocol !== null && isUsual ? {} : { mix: mixOf(mix) };
  return { ...(on ? {} : { on }), rate: printRate(rps), ...stated, skew };
}

export function mixOf(mix: World['traffic']['mix']): Plain {
  return Object.fromEntries(Object.entries(mix).map(([op, share]) => [op, printShare(share)]));
}

/** Counts are written as numbers, everything else as `petri set` takes it. */
export function policiesOf(policies: Readonly<Record<string, string>>): Plain {
  return Object.fromEntries(
    Object.entries(policies).map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value]),
  );
}

/** 0.345 → `34.5%`. */
export function printShare(share: number): string {
  return `${Number((share * 100).toFixed(3))}%`;
}

export function printRate(rps: number): string {
  return `${Number(rps.toFixed(3))}rps`;
}

function sizesOf(sizes: World['cell']['sizes'], usual: World['cell']['sizes']): Plain {
  const differ = Object.entries(sizes).filter(([kind, size]) => !isSameSize(size, usual[kind as keyof typeof usual]));
  return differ.length === 0
    ? {}
    : {
        sizes: Object.fromEntries(
          differ.map(([kind, size]) => [kind, { cpus: size.cpus, memory: printSize(size.memoryBytes) }]),
        ),
      };
}

function isSameSize(left: PartSize, right: PartSize): boolean {
  return left.cpus === right.cpus && left.memoryBytes === right.memoryBytes;
}

function printSize(size: number): string {
  for (const [unit, bytes] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const)
    if (size % bytes === 0) return `${size / bytes}${unit}`;
  return `${size}B`;
}

function servicesOf(services: Services): Plain {
  return Object.fromEntries(Object.entries(services).map(([name, spec]) => [name, serviceOf(spec, name)]));
}

function serviceOf(spec: ServiceSpec, name: string): Plain {
  const { command, image, args, port, health, onLoss, size } = spec;
  const isTask = ['web', 'worker', 'xl'].includes(name);
  return {
    ...(image === null ? {} : { image }),
    ...(command === null ? {} : { command }),
    ...(args === null ? {} : { args }),
    env: spec.env,
    ...(port === null ? {} : { port }),
    ...(health === null ? {} : { health }),
    user: spec.user === '1000' ? 1000 : spec.user,
    root: spec.root,
    tmpfs: spec.tmpfs,
    volumes: spec.volumes,
    cpus: size.cpus,
    memory: printSize(size.memoryBytes),
    ...(isTask ? {} : { onLoss }),
  };
}

function protocolOf(protocol: Protocol): Plain {
  return Object.fromEntries(
    templateNames.flatMap((name) => {
      const template = protocol[name];
      return template === null ? [] : [[name, templateOf(template)]];
    }),
  );
}

function templateOf({ ended, ...template }: RequestTemplate): Plain {
  const stated = Object.entries(template).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(stated), ...(ended.length === 0 ? {} : { ended }) };
}

function differing(value: number, usual: number, key: string): Plain {
  return value === usual ? {} : { [key]: value };
}
