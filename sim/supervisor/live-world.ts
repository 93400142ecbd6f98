import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLog } from '../../cells/runtime/event-log.ts';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { ResolvedTarget } from '../faults/fault.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { foundSentences } from '../state/found.ts';
import type { TrafficStatus } from '../state/status.ts';
import type { Substrate } from '../substrate/substrate.ts';
import { cellOf, isXl, kindOf } from '../world/address.ts';
import { eventsFileName } from '../world/places.ts';
import { Plan } from '../world/plan.ts';
import { cellPolicies, clientRetry, controlPolicies, policyValues, routerPolicies } from '../world/policies.ts';
import { tenantsOfCell } from '../world/population.ts';
import { portsOfServices } from '../world/services.ts';
import { resolveTarget, type Estate } from '../world/target.ts';
import type { World } from '../world/world.ts';
import { AdminConnections, adminNameOf } from './admin.ts';
import { WorldFaultPorts } from './fault-ports.ts';
import { FaultRunner } from './fault-runner.ts';
import { prepareGround, type Ground, type GroundInputs } from './ground.ts';
import { grow, type GrowthOptions } from './growth.ts';
import { Observer } from './observer.ts';
import { OutsideWatch } from './outside-watch.ts';
import { Parts } from './parts.ts';
import { portsPerTask } from './port-pool.ts';
import { Reconciler } from './reconciler.ts';
import { scaleService } from './scaling.ts';
import type { StateFolder } from './state-folder.ts';
import { Takeover } from './takeover.ts';

/** Faults on a world that goes on without its supervisor have this long to heal before it goes. */
const healsWithinMs = 10_000;

/** Ten thousand tenants, or a machine that is busy growing them, take the traffic part a while. */
const trafficAnswersMs = 10_000;

/** One world while it lives: everything that was composed for it, and the few settings that change. */
export class LiveWorld {
  readonly world: World;
  readonly folder: StateFolder;
  readonly events: EventLog;
  readonly substrate: Substrate;
  readonly parts: Parts;
  readonly admin: AdminConnections;
  readonly faultPorts: WorldFaultPorts;
  readonly faults: FaultRunner;
  readonly reconciler: Reconciler;
  readonly observer: Observer;
  readonly #token: string;
  readonly #ground: Ground;
  /** The Compose project that this world is, where it is one. */
  readonly attachedTo: string | null;
  readonly #takeover: Takeover | null;
  /** Policies as `petri set` spells them, where they differ from their defaults. */
  #policies: Readonly<Record<string, string>>;
  #desired: Readonly<Record<string, number>> | null = null;
  #traffic: TrafficSetting;

  private constructor(options: GroundInputs, ground: Ground) {
    this.world = options.world;
    this.folder = options.folder;
    this.#token = options.token;
    this.#ground = ground;
    this.attachedTo = options.docker?.attached?.project ?? null;
    this.#policies = options.world.policies;
    this.#traffic = { ...options.world.traffic };
    this.events = new EventLog(join(options.folder.events, eventsFileName('supervisor')), 'supervisor');
    this.substrate = ground.substrate;
    const outside = new OutsideWatch((word, addresses, atMs) =>
      this.faults.noteOutside(word, this.outsideTarget(addresses), atMs),
    );
    this.parts = new Parts({
      substrate: this.substrate,
      events: this.events,
      specOf: (address) => this.faultPorts.released(this.plan().part(address)),
      onServing: (address) => void this.#greet(address),
      onOutsideDeath: (address, atMs) => {
        outside.note('death', address, atMs);
        void this.reconciler.tick();
      },
    });
    this.admin = new AdminConnections(options.token, (address) => this.endpointOf(adminNameOf(address)));
    this.#takeover = this.attachedTo === null ? null : this.#takesOver();
    this.faultPorts = new WorldFaultPorts({
      parts: this.parts,
      admin: this.admin,
      isScaledAway: (address) => this.#isScaledAway(address),
      badRelease: () => ground.badRelease(),
      planned: (address) => this.plan().part(address),
      wipeVolume: (volume) => ground.wipeVolume(volume),
    });
    this.faults = new FaultRunner({
      on: this.world.on,
      ports: this.faultPorts,
      events: this.events,
      resolve: (target) => this.resolve(target),
      affected: (kind, target) => this.observer.affected(kind, target),
      ledger: {
        intent: ({ id, kind, target, sinceMs }) =>
          options.ledger.appendDurably({ kind: 'fault', fault: { id, kind, target, at: sinceMs } }),
        ended: (id) => options.ledger.append({ kind: 'healed', id }),
      },
      onOpen: (status, target) => this.observer.faultOpened(status, target),
      onGone: (status) => this.observer.faultGone(status),
      onLine: (text, command) => this.observer.line(text, command),
    });
    this.observer = new Observer(this, outside);
    this.reconciler = new Reconciler({
      parts: this.parts,
      admin: this.admin,
      events: this.events,
      replaceAfterMs: this.world.cell.replaceAfterMs,
      held: () => this.faultPorts.held(),
      queues: () => this.observer.xlQueues(),
      ownParts: () => this.#ownParts(),
    });
  }

  /** Finds engine and ports, makes the folders. Starts nothing. Rejects `unavailable` where the asked port is taken. */
  static async compose(options: GroundInputs): Promise<LiveWorld> {
    return new LiveWorld(options, await prepareGround(options));
  }

  /** Where the world is somebody else's: resolves with a sentence when it was taken away. */
  get lost(): Promise<string> | null {
    return this.#ground.lost ?? null;
  }

  /** The plan as of now: counts and policies change while a world lives. */
  plan(): Plan {
    const values = policyValues(this.#policies);
    return new Plan({
      world: this.world,
      token: this.#token,
      places: this.#ground.places,
      engine: this.#ground.engine,
      desired: this.#desired,
      policies: {
        cell: cellPolicies(values),
        router: routerPolicies(values),
        clientRetry: clientRetry(values),
        control: controlPolicies(values),
      },
    });
  }

  get routerUrl(): string {
    return `http://127.0.0.1:${this.#ground.routerPort}`;
  }

  get engineName(): string {
    return this.#ground.engineName;
  }

  get queuePassword(): string | null {
    return this.#ground.engine === null ? null : this.#token;
  }

  get token(): string {
    return this.#token;
  }

  get policies(): Readonly<Record<string, string>> {
    return this.#policies;
  }

  get traffic(): TrafficSetting {
    return this.#traffic;
  }

  async grow(onProgress: (text: string, done: number, total: number) => void): Promise<void> {
    if (this.#takeover) this.#desired = await this.#takeover.desired();
    const plan = this.plan();
    const witnesses: Record<string, readonly string[]> = {};
    for (const cell of plan.cells) {
      const tenants = tenantsOfCell(this.world, cell);
      if (tenants.length > 0) witnesses[cell] = tenants;
    }
    const planned = plan.initialParts().map((part) => part.address);
    const addresses = planned.filter((address) => !this.#isScaledAway(address));
    this.observer.start();
    const tell = (text: string, done: number, total: number) => {
      this.observer.growing = { done, total };
      onProgress(text, done, total);
    };
    const { parts, routerUrl } = this;
    const { tenantFrom } = this.world;
    await grow({ parts, addresses, routerUrl, tenantFrom, witnesses, asks: asksOf(this.world), onProgress: tell });
    this.reconciler.start();
    this.faults.start();
    await this.setTraffic({});
    await this.observer.served();
    await this.setTrafficTenants();
    for (const sentence of foundSentences(this.observer.status(), process.platform)) this.observer.line(sentence, null);
    this.observer.line(`all ${plan.cells.length} cells answer through the router`, null);
    this.events.record('world.serving', { cells: plan.cells, router: this.routerUrl });
  }

  /** Ends every part, or where the world is somebody else's, only what was done to it. The volumes stay. */
  async end(): Promise<void> {
    if (this.#takeover) await this.#healAll();
    this.reconciler.stop();
    this.faults.stop();
    this.parts.end();
    this.admin.close();
    await this.substrate.destroy();
    await this.#ground.close();
    this.observer.stop();
    this.events.close();
  }

  /** Empties the volumes and forgets what was recorded. Only between `end` and a new world. */
  async erase(): Promise<void> {
    await this.#ground.eraseVolumes();
    for (const path of [this.folder.events, this.folder.logs, this.folder.parts]) {
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path, { recursive: true, mode: 0o700 });
    }
  }

  /** Where this process reaches a name of the plan: an address, or one with `:admin`. */
  endpointOf(name: string): Promise<Endpoint> {
    return this.#ground.endpointOf(name);
  }

  resolve(text: string): ResolvedTarget {
    const estate = this.estate();
    const found = resolveTarget(text, estate);
    const xl = /^(?<cell>[^/>]+)\/xl(\/1)?$/.exec(text.trim())?.groups?.['cell'] ?? '';
    if (!found.ok && estate.cells.includes(xl)) {
      const why = `it comes with a large job and goes after it (petri scale ${xl} xl 1 keeps one)`;
      throw new RpcError('usage', `cell ${xl} has no XL worker now: ${why}`);
    }
    if (!found.ok) throw new RpcError('usage', found.error);
    return found.value;
  }

  estate(): Estate {
    const plan = this.plan();
    const known = this.parts.all().filter((part) => part.observation.state !== 'stopped' || !isXl(part.address));
    return {
      cells: plan.cells,
      addresses: known.map((part) => part.address).filter((address) => address !== 'traffic'),
      links: [...new Set(plan.cells.flatMap((cell) => plan.linksOf(cell).map((link) => link.name)))],
      auroraRoles: this.observer.auroraRoles(),
    };
  }

  /** What died or froze together is told together: a cell where all its parts did. */
  outsideTarget(addresses: readonly string[]): ResolvedTarget {
    const [first = ''] = addresses;
    const cell = this.plan().cells.find((each) => first.startsWith(`${each}/`));
    if (cell !== undefined && addresses.length > 1) {
      const whole = this.resolve(cell);
      if (whole.addresses.every((address) => addresses.includes(address) || isXl(address))) return whole;
    }
    // Not by the grammar of targets: what dies may be a part that nobody can name there, as `traffic` is.
    const text = addresses.join(', ');
    return { text, shape: 'part', cell: cellOf(first), addresses, links: [], kind: kindOf(first) };
  }

  /** In force at once for every part that answers; one that is down learns it as it starts. */
  async setPolicy(name: string, value: string): Promise<void> {
    this.#policies = { ...this.#policies, [name]: value };
    this.events.record('policy.changed', { name, value });
    const values = policyValues(this.#policies);
    const tell = (address: string, method: string, args: unknown) =>
      this.admin.call(address, method, args).then(
        () => [],
        () => [address],
      );
    const deaf = await Promise.all([
      ...this.#routers().map((address) => tell(address, 'policies.set', routerPolicies(values))),
      tell('traffic', 'set', { clientRetry: clientRetry(values) }),
      this.#tellControl().then(
        () => [],
        () => ['control'],
      ),
    ]);
    const missing = deaf.flat();
    if (missing.length === 0) return;
    const cells = missing.includes('control') ? '; the cells learn it from control' : '';
    this.observer.line(`${name} is ${value}: ${missing.join(', ')} will learn it once back${cells}`, null);
  }

  /** Control brings the policies into the cells. */
  async #tellControl(): Promise<void> {
    const values = policyValues(this.#policies);
    const args = { cell: cellPolicies(values), control: controlPolicies(values) };
    await this.admin.call('control', 'policies.set', args, 5000);
  }

  async setTraffic(change: Partial<TrafficSetting>): Promise<TrafficStatus> {
    this.#traffic = { ...this.#traffic, ...change };
    this.events.record('traffic.set', { ...this.#traffic });
    return this.admin.call<TrafficStatus>('traffic', 'set', this.#traffic, trafficAnswersMs);
  }

  /** The tenants that the world's own traffic comes from: those of the map. */
  async setTrafficTenants(): Promise<void> {
    const tenants = Object.keys(this.observer.map.tenants);
    if (tenants.length > 0) await this.admin.call('traffic', 'tenants.set', { tenants }, trafficAnswersMs);
  }

  /** What is added is connected first and then asked; what goes is asked no more, then ended, then cut off. */
  async scale(cell: string, service: 'web' | 'worker' | 'xl', count: number): Promise<readonly string[]> {
    const { services } = this.world.cell;
    await this.#ground.reserve(count * (portsPerTask + portsOfServices(services, 0)));
    const addresses = await scaleService(
      {
        admin: this.admin,
        parts: this.parts,
        plan: () => this.plan(),
        want: (desired) => {
          this.#desired = desired;
        },
        wait: (ms) => sleep(ms),
      },
      cell,
      service,
      count,
    );
    void this.reconciler.tick();
    return addresses;
  }

  #takesOver(): Takeover {
    return new Takeover({
      admin: this.admin,
      plan: () => this.plan(),
      policies: () => policyValues(this.#policies),
      onRole: (address, role) => this.observer.learnRole(address, role),
    });
  }

  async #healAll(): Promise<void> {
    const healed = this.faults.heal(null).catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, healsWithinMs)));
    // A world that was taken away has nothing to heal any more.
    await Promise.race([healed, late, this.lost]);
    clearTimeout(timer);
  }

  #isScaledAway(address: string): boolean {
    const [cell = '', service = '', index = ''] = address.split('/');
    if (service !== 'web' && service !== 'worker') return false;
    return Number(index) > (this.plan().desired()[`${cell}/${service}`] ?? 0);
  }

  #routers(): string[] {
    return Array.from({ length: this.world.routers }, (_, index) => `router/${index + 1}`);
  }

  #ownParts(): string[] {
    const links = this.plan().cells.map((cell) => `links/${cell}`);
    return ['map', 'control', 'traffic', ...this.#routers(), ...links];
  }

  /** Tells a part that begins to serve what has changed since its config was thought of. */
  async #greet(address: string): Promise<void> {
    try {
      if (this.#takeover && address.startsWith('links/') && !this.observer.serving)
        await this.#takeover.clearRules(address);
      await this.#takeover?.tell(address);
      if (address.startsWith('links/')) await this.faultPorts.restoreRules(address);
      else await this.faultPorts.restoreConditions(address, this.#takeover !== null && !this.observer.serving);
      if (!this.observer.serving) return;
      if (address === 'traffic') await Promise.all([this.setTraffic({}), this.setTrafficTenants()]);
      // A cell that did not answer when a policy changed still waits for it, and the control that remembered this is dead.
      if (address === 'control') await this.#tellControl();
    } catch (error) {
      this.events.record('part.trouble', { address, message: (error as Error).message });
    }
  }
}

type TrafficSetting = World['traffic'];

/** What a cell is asked as the world grows, to see that it answers at all. */
function asksOf({ cell }: World): GrowthOptions['asks'] {
  const web = cell.services['web'];
  return web ? { path: web.health ?? '/', isOwn: false } : { path: '/sheets/first/rows/first', isOwn: true };
}

/** A world's own secret: new each time it is grown. */
export function newToken(): string {
  return randomBytes(16).toString('hex');
}
