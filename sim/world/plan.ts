import type { AuroraSettings } from '../../cells/aurora/contract.ts';
import type { DynamodbSettings } from '../../cells/dynamodb/contract.ts';
import { mapTables } from '../../cells/dynamodb/contract.ts';
import type { CellPolicies } from '../../cells/policies.ts';
import type { Endpoint, PartConfig } from '../../cells/runtime/part-config.ts';
import type { WebSettings, WorkerSettings } from '../../cells/web/contract.ts';
import type { AlbSettings, RouterPolicies, RouterSettings } from '../../router/contract.ts';
import type { LinksSettings, LinkSpec } from '../links/contract.ts';
import type { ControlPolicies, ControlSettings } from '../pilot/contract.ts';
import type { ClientRetry, TrafficSettings } from '../traffic/contract.ts';
import type { PartKind, PartSize, PartSpec, Program } from './part.ts';
import { foreignPart } from './foreign-part.ts';
import type { Places } from './places.ts';
import { cellIds, tenantIds, tenantsOfCell } from './population.ts';
import { addedNames, linkedParts, type Removable, type ServiceSpec } from './services.ts';
import type { World } from './world.ts';

/** Services whose tasks can be counted up and down while the world lives. */
export type Service = 'web' | 'worker' | 'xl';

export interface PlanInputs {
  readonly world: World;
  readonly token: string;
  readonly places: Places;
  /** How the queue engine of a cell is run; null: the embedded one, a program of ours. */
  readonly engine: ((cell: string) => PartSpec['run']) | null;
  /** How many of each service control keeps now: `a/web` → 2. Null at the start: what the world says. */
  readonly desired: Readonly<Record<string, number>> | null;
  readonly policies: {
    readonly cell: CellPolicies;
    readonly router: RouterPolicies;
    readonly clientRetry: ClientRetry;
    readonly control: ControlPolicies;
  };
}

const timeouts = { routerMs: 5000, albMs: 4000, auroraMs: 2000 } as const;

/** Turns a world into parts: plain data, the same for every substrate. Deciding only; the ports are handed in. */
export class Plan {
  readonly #inputs: PlanInputs;
  #desired: Readonly<Record<string, number>> | null = null;
  readonly cells: readonly string[];

  constructor(inputs: PlanInputs) {
    this.#inputs = inputs;
    this.cells = cellIds(inputs.world.cells);
  }

  /** Every part that runs in a world as it is grown; XL workers are at zero until there is work for them. */
  initialParts(): PartSpec[] {
    const { world } = this.#inputs;
    const parts: PartSpec[] = [this.map(), this.control(), this.traffic()];
    for (let index = 1; index <= world.routers; index++) parts.push(this.router(index));
    for (const cell of this.cells) {
      parts.push(this.links(cell), this.alb(cell));
      if (this.has('dynamodb')) parts.push(this.dynamodb(cell));
      if (this.has('sqs')) parts.push(this.sqs(cell));
      if (this.has('aurora')) parts.push(this.aurora(cell, 1), this.aurora(cell, 2));
      for (const name of addedNames(world.cell.services)) parts.push(this.#added(cell, name));
      for (let index = 1; index <= world.cell.web; index++) parts.push(this.task(cell, 'web', index));
      const workers = this.has('worker') ? world.cell.worker : 0;
      for (let index = 1; index <= workers; index++) parts.push(this.task(cell, 'worker', index));
    }
    return parts;
  }

  /** The part at an address, where the plan has such a part. */
  part(address: string): PartSpec | null {
    const [head = '', kind = '', index = ''] = address.split('/');
    const number = Number(index);
    if (address === 'map') return this.map();
    if (address === 'control') return this.control();
    if (address === 'traffic') return this.traffic();
    if (head === 'router') return this.router(Number(kind));
    if (head === 'links') return this.links(kind);
    if (!this.cells.includes(head)) return null;
    switch (kind) {
      case 'alb':
        return this.alb(head);
      case 'dynamodb':
        return this.dynamodb(head);
      case 'sqs':
        return this.sqs(head);
      case 'aurora':
        return this.aurora(head, number);
      case 'web':
      case 'worker':
      case 'xl':
        return this.task(head, kind, number);
      default:
        return addedNames(this.#inputs.world.cell.services).includes(kind) ? this.#added(head, kind) : null;
    }
  }

  /** Whether the cells have a part of Petri's own, or one that stands in its place. */
  has(part: Removable): boolean {
    return !this.#inputs.world.cell.without.includes(part);
  }

  map(): PartSpec {
    const { world } = this.#inputs;
    const tenants = this.cells.flatMap((cell) =>
      tenantsOfCell(world, cell).map((id) => ({
        table: mapTables.tenants,
        key: id,
        item: { cell, epoch: 1, override: null },
      })),
    );
    const settings: DynamodbSettings = {
      seed: [...tenants, { table: mapTables.meta, key: 'map', item: { version: 1 } }],
    };
    return this.#program('map', 'map', null, 'dynamodb', {
      listen: this.#listen('map'),
      volume: 'map',
      settings,
    });
  }

  control(): PartSpec {
    const { world, policies } = this.#inputs;
    const settings: ControlSettings = {
      replaceAfterMs: world.cell.replaceAfterMs,
      desired: this.desired(),
      cells: this.cells,
      maxTenants: world.cell.maxTenants,
      xlIdleMs: 5000,
      policies: policies.control,
      seed: world.seed,
    };
    const upstreams: Record<string, Endpoint[]> = { map: [this.reach('map')], routers: this.routerAdmins() };
    for (const cell of this.cells) {
      if (this.has('aurora'))
        upstreams[`aurora.${cell}`] = [1, 2].map((index) => this.#linkEnd('control', cell, 'aurora', index));
      if (this.has('dynamodb')) upstreams[`dynamodb.${cell}`] = [this.#linkEnd('control', cell, 'dynamodb', 1)];
    }
    return this.#program('control', 'control', null, 'control', {
      admin: this.#listen('control:admin'),
      upstreams,
      settings,
    });
  }

  traffic(): PartSpec {
    const { world, policies } = this.#inputs;
    const settings: TrafficSettings = {
      seed: world.seed,
      tenants: tenantIds(world),
      rps: world.traffic.rps,
      mix: world.traffic.mix,
      skew: world.traffic.skew,
      on: false,
      clientRetry: policies.clientRetry,
      xlAbove: world.cell.xlAbove,
      tenantFrom: world.tenantFrom,
      protocol: world.protocol,
    };
    const router: Endpoint[] = [];
    for (let index = 1; index <= world.routers; index++) router.push(this.reach(`router/${index}`));
    return this.#program('traffic', 'traffic', null, 'traffic', {
      admin: this.#listen('traffic:admin'),
      upstreams: { router },
      settings,
    });
  }

  router(index: number): PartSpec {
    const { world, policies } = this.#inputs;
    const address = `router/${index}`;
    const settings: RouterSettings = {
      cells: Object.fromEntries(this.cells.map((cell) => [cell, this.reach(`link:router->${cell}`)])),
      tenantFrom: world.tenantFrom,
      policies: policies.router,
      requestTimeoutMs: timeouts.routerMs,
    };
    return this.#program(address, 'router', null, 'router', {
      index,
      listen: this.#listen(address),
      admin: this.#listen(`${address}:admin`),
      volume: `router-${index}`,
      upstreams: { map: [this.reach('map')] },
      settings,
    });
  }

  links(cell: string): PartSpec {
    const settings: LinksSettings = { links: this.linksOf(cell) };
    const address = `links/${cell}`;
    return this.#program(address, 'links', null, 'links', { admin: this.#listen(`${address}:admin`), settings });
  }

  /** Every link of a cell: those of the tasks that are desired now, and of one XL task even where none runs yet. */
  linksOf(cell: string): LinkSpec[] {
    const tasks = this.#tasks(cell);
    const links: LinkSpec[] = [
      { name: `router->${cell}`, listen: this.#listen(`link:router->${cell}`), to: this.reach(`${cell}/alb`) },
    ];
    const { services } = this.#inputs.world.cell;
    const add = (from: string, part: string) => {
      const isForeign = services[from.split('/')[1] ?? ''] !== undefined;
      for (let index = 1; index <= (part === 'aurora' && !isForeign ? 2 : 1); index++) {
        const to = part === 'aurora' ? `${cell}/aurora/${index}` : `${cell}/${part}`;
        const listen = this.#listen(linkName(from, cell, part, index));
        links.push({ name: `${from}->${cell}/${part}`, listen, to: this.reach(to) });
      }
    };
    if (this.has('aurora')) add('control', 'aurora');
    if (this.has('dynamodb')) add('control', 'dynamodb');
    for (const service of ['web', 'worker', 'xl'] as const) {
      const far = services[service] ? linkedParts(services, service) : ownStores;
      for (let index = 1; index <= tasks[service]; index++) {
        for (const part of far) add(`${cell}/${service}/${index}`, part);
      }
    }
    for (const name of addedNames(services)) {
      for (const part of linkedParts(services, name)) add(`${cell}/${name}`, part);
    }
    return links;
  }

  alb(cell: string): PartSpec {
    const address = `${cell}/alb`;
    const settings: AlbSettings = {
      targets: this.albTargets(cell),
      requestTimeoutMs: timeouts.albMs,
      ...this.#foreignTargets(),
    };
    return this.#program(address, 'alb', cell, 'alb', {
      listen: this.#listen(address),
      admin: this.#listen(`${address}:admin`),
      settings,
    });
  }

  /** The web tasks that an ALB knows. */
  albTargets(cell: string): Readonly<Record<string, Endpoint>> {
    const targets: Record<string, Endpoint> = {};
    for (let index = 1; index <= this.#tasks(cell).web; index++)
      targets[`${cell}/web/${index}`] = this.reach(`${cell}/web/${index}`);
    return targets;
  }

  aurora(cell: string, index: number): PartSpec {
    const { world } = this.#inputs;
    const settings: AuroraSettings = {
      seedTenants: tenantsOfCell(world, cell).map((id) => ({ id, epoch: 1 })),
      failoverMs: world.cell.auroraFailoverMs,
    };
    const address = `${cell}/aurora/${index}`;
    return this.#program(address, 'aurora', cell, 'aurora', {
      index,
      listen: this.#listen(address),
      volume: `${cell}-aurora`,
      upstreams: { peer: [this.reach(`${cell}/aurora/${3 - index}`)] },
      settings,
    });
  }

  dynamodb(cell: string): PartSpec {
    const settings: DynamodbSettings = {
      // Leases and attempts come and go with every job, and Aurora's rows are the truth that they can be rebuilt from.
      durability: 'normal',
      seed: [
        { table: 'config', key: 'policies', item: { ...this.#inputs.policies.cell } },
        { table: 'config', key: 'quotas', item: { default: 200, tenants: {} } },
      ],
    };
    const address = `${cell}/dynamodb`;
    return this.#program(address, 'dynamodb', cell, 'dynamodb', {
      listen: this.#listen(address),
      volume: `${cell}-dynamodb`,
      settings,
    });
  }

  sqs(cell: string): PartSpec {
    const { engine } = this.#inputs;
    const address = `${cell}/sqs`;
    const embedded = this.#program(address, 'sqs', cell, 'queue-engine', {
      listen: this.#listen(address),
      volume: `${cell}-sqs`,
      settings: {},
    });
    return engine === null ? embedded : { ...embedded, run: engine(cell) };
  }

  task(cell: string, service: Service, index: number): PartSpec {
    const { world, policies, engine, token } = this.#inputs;
    const address = `${cell}/${service}/${index}`;
    const brought = world.cell.services[service];
    if (brought) return this.#foreign(address, service, cell, index, brought);
    const web: WebSettings = {
      xlAbove: world.cell.xlAbove,
      auroraTimeoutMs: timeouts.auroraMs,
      policies: policies.cell,
      queuePassword: engine === null ? null : token,
      queueEmbedded: engine === null,
    };
    const worker: WorkerSettings = {
      ...web,
      queue: service === 'xl' ? 'xl' : 'standard',
      concurrency: service === 'xl' ? 1 : world.cell.workerConcurrency,
    };
    return this.#program(address, service, cell, service === 'web' ? 'web' : 'worker', {
      index,
      listen: service === 'web' ? this.#listen(address) : null,
      admin: this.#listen(`${address}:admin`),
      volume: service === 'web' ? null : `${cell}-files`,
      upstreams: {
        aurora: [this.#linkEnd(address, cell, 'aurora', 1), this.#linkEnd(address, cell, 'aurora', 2)],
        dynamodb: [this.#linkEnd(address, cell, 'dynamodb', 1)],
        sqs: [this.#linkEnd(address, cell, 'sqs', 1)],
      },
      settings: service === 'web' ? web : worker,
    });
  }

  /** How many of each service control keeps. */
  desired(): Readonly<Record<string, number>> {
    return (this.#desired ??= this.#inputs.desired ?? this.#desiredAtFirst());
  }

  #desiredAtFirst(): Readonly<Record<string, number>> {
    const desired: Record<string, number> = {};
    for (const cell of this.cells) {
      desired[`${cell}/web`] = this.#inputs.world.cell.web;
      if (this.has('worker')) desired[`${cell}/worker`] = this.#inputs.world.cell.worker;
      if (this.has('xl')) desired[`${cell}/xl`] = 0;
      if (this.has('aurora')) desired[`${cell}/aurora`] = 2;
      desired[`${cell}/alb`] = 1;
      for (const kind of ['dynamodb', 'sqs'] as const) if (this.has(kind)) desired[`${cell}/${kind}`] = 1;
      for (const name of addedNames(this.#inputs.world.cell.services)) desired[`${cell}/${name}`] = 1;
    }
    return desired;
  }

  /** How a part is reached by its neighbours: an address, or `${address}:admin`. */
  reach(name: string): Endpoint {
    return this.#inputs.places.reach(name);
  }

  routerAdmins(): Endpoint[] {
    return Array.from({ length: this.#inputs.world.routers }, (_, index) => this.reach(`router/${index + 1}:admin`));
  }

  #tasks(cell: string): Record<Service, number> {
    const desired = this.desired();
    const count = (service: Service) => desired[`${cell}/${service}`] ?? 0;
    return { web: count('web'), worker: count('worker'), xl: this.has('xl') ? Math.max(1, count('xl')) : 0 };
  }

  #listen(name: string): Endpoint {
    return this.#inputs.places.listen(name);
  }

  #linkEnd(from: string, cell: string, part: string, index: number): Endpoint {
    return this.reach(linkName(from, cell, part, index));
  }

  #program(
    address: string,
    kind: PartKind,
    cell: string | null,
    program: Program,
    own: Partial<Omit<PartConfig, 'volume'>> & {
      readonly settings: unknown;
      readonly index?: number;
      /** The name of its volume. */
      readonly volume?: string | null;
    },
  ): PartSpec {
    const { index = null, volume = null, ...config } = own;
    const { world, token, places } = this.#inputs;
    const full: PartConfig = {
      world: world.name,
      address,
      cell,
      token,
      listen: null,
      admin: null,
      eventsFile: places.eventsFile(address),
      volume: volume === null ? null : places.volume(volume),
      volumeBytes: cell === null || volume === null ? null : world.cell.volumeBytes,
      upstreams: {},
      ...(world.bug === null ? {} : { replace: world.bug }),
      ...config,
    };
    return { address, kind, cell, index, volume, size: this.#size(kind), run: { program, config: full } };
  }

  /** How a load balancer treats web tasks that are not Petri's. */
  #foreignTargets(): Partial<AlbSettings> {
    const web = this.#inputs.world.cell.services['web'];
    return web ? { foreign: { health: web.health } } : {};
  }

  #added(cell: string, name: string): PartSpec {
    const spec = this.#inputs.world.cell.services[name];
    if (!spec) throw new Error(`this world adds no part ${name}`);
    return this.#foreign(`${cell}/${name}`, name, cell, null, spec);
  }

  #foreign(address: string, name: string, cell: string, index: number | null, spec: ServiceSpec): PartSpec {
    const reachPart = (part: string) => this.#linkEnd(address, cell, part, 1);
    return foreignPart({ address, name, cell, index, spec, places: this.#inputs.places, reachPart });
  }

  #size(kind: PartKind): PartSize {
    const { sizes } = this.#inputs.world.cell;
    return kind === 'web' || kind === 'worker' || kind === 'xl' ? sizes[kind] : sizes.other;
  }
}

const ownStores = ['aurora', 'dynamodb', 'sqs'] as const;

function linkName(from: string, cell: string, part: string, index: number): string {
  return `link:${from}->${cell}/${part}:${index}`;
}
