import { mapTables } from '../../../cells/dynamodb/contract.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { Event, EventSink } from '../../../cells/runtime/events.ts';
import type { PartConfig } from '../../../cells/runtime/part-config.ts';
import { wait, type Time } from '../../../cells/runtime/time.ts';
import type { CellMap, TenantEntry } from '../../../router/cell-map.ts';
import type { JudgedWorld } from '../../judge/contract.ts';
import { affectedBy } from '../../ledger/affected.ts';
import type { WorldDriver } from '../../scenario/driver.ts';
import type { Action } from '../../scenario/scenario.ts';
import { skippedInvariants } from '../../scenario/skipped-invariants.ts';
import type { FaultStatus, Snapshot, Status } from '../../state/status.ts';
import { AdminConnections, adminNameOf } from '../../supervisor/admin.ts';
import { WorldFaultPorts } from '../../supervisor/fault-ports.ts';
import { FaultRunner } from '../../supervisor/fault-runner.ts';
import { Parts } from '../../supervisor/parts.ts';
import { Reconciler } from '../../supervisor/reconciler.ts';
import type { FinalReadBack } from '../../traffic/contract.ts';
import { cellOf, isXl, kindOf } from '../../world/address.ts';
import { Plan } from '../../world/plan.ts';
import { cellPolicies, clientRetry, controlPolicies, policyValues, routerPolicies } from '../../world/policies.ts';
import { lossesOf } from '../../world/services.ts';
import { resolveTarget } from '../../world/target.ts';
import type { World } from '../../world/world.ts';
import type { ResolvedTarget } from '../../faults/fault.ts';
import { Life } from './life.ts';
import { Scheduler } from './scheduler.ts';
import { Quiet } from './quiet.ts';
import { runVirtually } from './time-loop.ts';
import { virtualPlaces } from './virtual-places.ts';
import { VirtualActions } from './virtual-actions.ts';
import { VirtualObserver } from './virtual-observer.ts';
import { HttpPool, type Asked, type Told } from './virtual-http.ts';
import { beginsT, sinkOf, virtualRuntime } from './virtual-runtime.ts';
import { VirtualSubstrate } from './virtual-substrate.ts';
import { Network } from './wire.ts';

const token = 'virtual';
const servesWithinMs = 30_000;

export interface VirtualWorldOptions {
  readonly seed: number;
  /** Keeps the figures that `status` shows; without it those of traffic are empty, and the run is faster. */
  readonly observe?: boolean;
}

/** A driver that owns time: work that waits for its world goes through `run`. */
export interface VirtualWorldDriver extends WorldDriver {
  /** Lets virtual time go on, as fast as it goes, until the work has ended. */
  run<T>(work: () => Promise<T>): Promise<T>;
  snapshot(): Snapshot;
  /** One request to `router/1`, of a client that is none of Petri's; it is never answered where the router is dead or frozen. */
  ask(asked: Asked): Promise<Told>;
  readonly scheduler: Scheduler;
}

/** Grows a world in virtual time; resolves once every cell serves. Nothing here waits for a real clock. */
export async function openVirtualWorld(world: World, options: VirtualWorldOptions): Promise<VirtualWorldDriver> {
  const virtual = new VirtualWorld({ ...world, on: 'virtual' }, options);
  await virtual.run(() => virtual.grow());
  return virtual;
}

class VirtualWorld implements VirtualWorldDriver {
  readonly on = 'virtual' as const;
  readonly scheduler = new Scheduler(beginsT);
  readonly world: World;
  readonly parts: Parts;
  readonly faults: FaultRunner;
  readonly admin: AdminConnections;
  readonly substrate: VirtualSubstrate;
  readonly #network: Network;
  readonly #events: EventSink;
  readonly #time: Time;
  readonly #ports: WorldFaultPorts;
  readonly #reconciler: Reconciler;
  readonly #observer: VirtualObserver;
  readonly #actions: VirtualActions;
  readonly #listeners: ((events: readonly Event[]) => void)[] = [];
  readonly #roles = new Map<string, 'writer' | 'reader'>();
  #policies: Readonly<Record<string, string>>;
  #traffic: World['traffic'];
  #desired: Readonly<Record<string, number>> | null = null;
  #planned: { readonly policies: object; readonly desired: object | null; readonly plan: Plan } | null = null;
  #map: CellMap = { version: -1, tenants: {} };

  constructor(world: World, { seed, observe = true }: VirtualWorldOptions) {
    this.world = { ...world, seed };
    this.#policies = world.policies;
    this.#traffic = { ...world.traffic, on: false };
    const network = new Network(this.scheduler, seed);
    this.#network = network;
    const life = new Life('supervisor', 'supervisor.1', this.scheduler);
    const runtime = virtualRuntime(network, life, null);
    const { time } = runtime;
    this.#time = time;
    this.#events = sinkOf(life, this.scheduler, time, (event) => this.#take(event));
    this.substrate = new VirtualSubstrate({
      network,
      onEvent: (event) => this.#take(event),
      engineKeeps: world.engine !== 'embedded',
    });
    this.parts = new Parts({
      time,
      substrate: this.substrate,
      events: this.#events,
      specOf: (address) => this.#ports.released(this.plan().part(address)),
      onServing: (address) => void this.#greet(address),
      onOutsideDeath: () => void this.#reconciler.tick(),
    });
    this.admin = new AdminConnections(
      token,
      (address) => Promise.resolve(this.plan().reach(adminNameOf(address))),
      runtime,
    );
    this.#ports = new WorldFaultPorts({
      parts: this.parts,
      admin: this.admin,
      isScaledAway: (address) => this.#isScaledAway(address),
      badRelease: () => Promise.reject(new RpcError('usage', 'a bad release needs a world on docker')),
      planned: (address) => this.plan().part(address),
      wipeVolume: (volume) => Promise.resolve(this.substrate.wipe(volume)),
      powerLoss: (address) => this.substrate.powerLoss(address),
    });
    this.faults = new FaultRunner({
      time,
      on: 'virtual',
      ports: this.#ports,
      events: this.#events,
      resolve: (target) => this.resolve(target),
      affected: (kind, target) => affectedBy(kind, target, this.#roles),
      ledger: { intent: () => Promise.resolve(), ended: () => {} },
      onOpen: (status, target) => this.#observer.faultOpened(status, affectedBy(status.kind, target, this.#roles)),
      onGone: (status) => this.#observer.faultGone(status),
      onLine: (text, command) => this.#observer.line(text, command),
    });
    const quiet = new Quiet({
      parts: this.parts,
      plan: () => this.plan(),
      xlQueue: (cell) => this.substrate.queueCounts(cell)?.xl,
    });
    this.#reconciler = new Reconciler({
      time,
      parts: this.parts,
      admin: this.admin,
      events: this.#events,
      replaceAfterMs: world.cell.replaceAfterMs,
      held: () => this.#ports.held(),
      queues: () => this.#xlQueues(),
      ownParts: () => this.#ownParts(),
      isQuiet: () => quiet.look(),
    });
    this.#observer = new VirtualObserver(
      {
        world: this.world,
        time,
        parts: this.parts,
        admin: this.admin,
        substrate: this.substrate,
        cells: () => this.plan().cells,
        map: () => this.map(),
        roles: this.#roles,
        faults: () => this.faults.list(),
        traffic: () => this.#traffic,
      },
      observe,
    );
    this.#actions = new VirtualActions({
      parts: this.parts,
      faults: this.faults,
      ports: this.#ports,
      admin: this.admin,
      events: this.#events,
      roles: this.#roles,
      plan: () => this.plan(),
      map: () => this.map(),
      nowT: () => this.nowT(),
      wait: (ms) => this.wait(ms),
      resolve: (target) => this.resolve(target),
      untilServing: (cell) => this.#untilServing(cell),
      setTraffic: (change) => this.#setTraffic(change),
      want: (desired) => {
        this.#desired = desired;
      },
    });
  }

  plan(): Plan {
    const known = this.#planned;
    if (known?.policies === this.#policies && known.desired === this.#desired) return known.plan;
    const plan = this.#makePlan();
    this.#planned = { policies: this.#policies, desired: this.#desired, plan };
    return plan;
  }

  #makePlan(): Plan {
    const values = policyValues(this.#policies);
    return new Plan({
      world: this.world,
      token,
      places: virtualPlaces,
      engine: null,
      desired: this.#desired,
      policies: {
        cell: cellPolicies(values),
        router: routerPolicies(values),
        clientRetry: clientRetry(values),
        control: controlPolicies(values),
      },
    });
  }

  async grow(): Promise<void> {
    const addresses = this.plan()
      .initialParts()
      .map(({ address }) => address);
    await Promise.all(addresses.map((address) => this.parts.start(address, 'grow')));
    this.#reconciler.start();
    this.faults.start();
    await this.#untilServing(null);
    this.#observer.served();
    await this.#setTraffic({});
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return runVirtually(this.scheduler, work);
  }

  nowT(): number {
    return this.scheduler.t;
  }

  wait(ms: number): Promise<void> {
    return wait(this.#time, ms);
  }

  onEvents(listener: (events: readonly Event[]) => void): void {
    this.#listeners.push(listener);
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  status(): Promise<Status> {
    return this.#observer.status();
  }

  snapshot(): Snapshot {
    return this.#observer.snapshot();
  }

  ask(asked: Asked): Promise<Told> {
    const life = new Life('client', 'client.1', this.scheduler);
    const { config } = this.plan().part('router/1')!.run as { readonly config: PartConfig };
    const pool = new HttpPool(this.#network, life, config.listen!);
    return new Promise<Told>((resolve, reject) => {
      pool.ask(asked, resolve, (failure) => reject(new Error(failure)));
    }).finally(() => pool.close());
  }

  inject(request: Parameters<WorldDriver['inject']>[0]): Promise<FaultStatus> {
    return this.faults.inject({ ...request, by: 'scenario' });
  }

  heal(id: string | null): Promise<readonly FaultStatus[]> {
    return this.faults.heal(id);
  }

  async setPolicy(name: string, value: string): Promise<void> {
    this.#policies = { ...this.#policies, [name]: value };
    this.#events.record('policy.changed', { name, value });
    const values = policyValues(this.#policies);
    const quietly = (address: string, method: string, args: unknown) =>
      this.admin.call(address, method, args).catch(() => null);
    await Promise.all([
      ...this.#routers().map((address) => quietly(address, 'policies.set', routerPolicies(values))),
      quietly('traffic', 'set', { clientRetry: clientRetry(values) }),
      this.#tellControl().catch(() => null),
    ]);
  }

  act(action: Action): Promise<void> {
    return this.#actions.act(action);
  }

  async readBack(withinMs: number): Promise<void> {
    let now = await this.admin.call<FinalReadBack>('traffic', 'final.start', { withinMs });
    while (!now.done) {
      await this.wait(100);
      now = await this.admin.call<FinalReadBack>('traffic', 'final.status', {});
    }
  }

  estate(): Promise<Omit<JudgedWorld, 'seed'>> {
    return Promise.resolve({
      on: 'virtual',
      map: this.map(),
      parts: this.parts.all().map(({ address }) => ({
        address,
        kind: kindOf(address),
        cell: cellOf(address),
        role: this.#roles.get(address),
      })),
      onLoss: lossesOf(this.world),
      replaceAfterMs: this.world.cell.replaceAfterMs,
      client: 'traffic',
      skipped: skippedInvariants(this.world),
    });
  }

  async end(): Promise<void> {
    this.#reconciler.stop();
    this.faults.stop();
    await this.substrate.destroy();
  }

  /** The map as its store holds it now: whoever watches from outside may look at the disk. */
  map(): CellMap {
    const items = this.substrate.itemsOf('map');
    const version = Number(items.get(mapTables.meta, 'map')?.['version'] ?? 0);
    if (this.#map.version === version) return this.#map;
    const tenants: Record<string, TenantEntry> = {};
    for (const { key, item } of items.scan([mapTables.tenants], '')) tenants[key] = item as unknown as TenantEntry;
    return (this.#map = { version, tenants });
  }

  resolve(text: string): ResolvedTarget {
    const plan = this.plan();
    const known = this.parts
      .all()
      .filter(({ observation, address }) => observation.state !== 'stopped' || !isXl(address));
    const found = resolveTarget(text, {
      cells: plan.cells,
      addresses: known.map(({ address }) => address).filter((address) => address !== 'traffic'),
      links: [...new Set(plan.cells.flatMap((cell) => plan.linksOf(cell).map(({ name }) => name)))],
      auroraRoles: Object.fromEntries(this.#roles),
    });
    if (!found.ok) throw new RpcError('usage', found.error);
    return found.value;
  }

  #take(event: Event): void {
    if (event.kind === 'aurora.role') {
      if (event['role'] === 'writer' || event['role'] === 'reader') this.#roles.set(event.part, event['role']);
      else this.#roles.delete(event.part);
    }
    this.#observer.take(event);
    const one = [event];
    for (const tell of this.#listeners) tell(one);
  }

  async #setTraffic(change: Partial<World['traffic']>): Promise<void> {
    this.#traffic = { ...this.#traffic, ...change };
    await this.admin.call('traffic', 'set', this.#traffic, 5000);
  }

  async #tellControl(): Promise<void> {
    const values = policyValues(this.#policies);
    await this.admin.call(
      'control',
      'policies.set',
      { cell: cellPolicies(values), control: controlPolicies(values) },
      5000,
    );
  }

  async #untilServing(cell: string | null): Promise<void> {
    const deadlineT = this.nowT() + servesWithinMs * 1000;
    for (;;) {
      if (await this.#observer.allServe(cell)) return;
      if (this.nowT() > deadlineT)
        throw new RpcError('unproven', `${cell ?? 'the world'} was not seen serving within 30 s`);
      await this.wait(30);
    }
  }

  async #greet(address: string): Promise<void> {
    if (address.startsWith('links/')) await this.#ports.restoreRules(address).catch(() => {});
    await this.#ports.restoreConditions(address, false).catch(() => {});
    if (address === 'traffic' && this.#observer.serving) await this.#setTraffic({}).catch(() => {});
    if (address === 'control' && this.#observer.serving) await this.#tellControl().catch(() => {});
  }

  #xlQueues() {
    return Object.fromEntries(
      this.plan().cells.map((cell) => {
        const counts = this.substrate.queueCounts(cell);
        return [cell, { xlWaiting: counts?.xl.waiting ?? null, xlInFlight: counts?.xl.inFlight ?? null }] as const;
      }),
    );
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
    return ['map', 'control', 'traffic', ...this.#routers(), ...this.plan().cells.map((cell) => `links/${cell}`)];
  }
}
