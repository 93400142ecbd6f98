import type { Event } from '../../../cells/runtime/events.ts';
import type { Time } from '../../../cells/runtime/time.ts';
import type { CellMap } from '../../../router/cell-map.ts';
import type { RouterStatus } from '../../../router/contract.ts';
import { answerOf } from '../../events/answer.ts';
import { Windows } from '../../events/windows.ts';
import { BlastRadiusLedger } from '../../ledger/blast-radius.ts';
import type { Affected, Estate } from '../../ledger/dependency.ts';
import { compose, type Composed, type PartFact } from '../../state/compose.ts';
import { QueueWatch } from '../../state/queue-watch.ts';
import type { FaultStatus, LogLine, Snapshot, Status, TrafficStatus } from '../../state/status.ts';
import type { AdminConnections } from '../../supervisor/admin.ts';
import type { Parts } from '../../supervisor/parts.ts';
import { version } from '../../version.ts';
import { cellOf, kindOf } from '../../world/address.ts';
import { lossesOf } from '../../world/services.ts';
import type { World } from '../../world/world.ts';
import type { VirtualSubstrate } from './virtual-substrate.ts';

const logMax = 200;

export interface ObservedWorld {
  readonly world: World;
  readonly time: Time;
  readonly parts: Parts;
  readonly admin: AdminConnections;
  readonly substrate: VirtualSubstrate;
  readonly cells: () => readonly string[];
  readonly map: () => CellMap;
  readonly roles: ReadonlyMap<string, 'writer' | 'reader'>;
  readonly faults: () => readonly FaultStatus[];
  readonly traffic: () => World['traffic'];
}

/** Sees a virtual world as the supervisor sees a real one: the same windows, ledger and composition. */
export class VirtualObserver {
  readonly #of: ObservedWorld;
  readonly #observe: boolean;
  readonly #windows = new Windows();
  readonly #ledger: BlastRadiusLedger;
  readonly #watches = new Map<string, QueueWatch>();
  readonly #routers = new Map<string, RouterStatus | null>();
  readonly #log: LogLine[] = [];
  #trafficSaid: TrafficStatus | null = null;
  #composed: Composed | null = null;
  #servedMs = Number.POSITIVE_INFINITY;
  #since: number;

  constructor(of: ObservedWorld, observe: boolean) {
    this.#of = of;
    this.#observe = observe;
    this.#since = of.time.nowMs();
    this.#ledger = new BlastRadiusLedger({ map: { version: 0, tenants: {} }, parts: [] });
  }

  get serving(): boolean {
    return this.#servedMs < Number.POSITIVE_INFINITY;
  }

  served(): void {
    const nowMs = this.#of.time.monotonicMs();
    for (const cell of this.#of.cells()) this.#windows.addCell(cell, nowMs);
    this.#ledger.setEstate(this.#estate());
    this.#servedMs = nowMs;
    this.#composed = null;
  }

  take(event: Event): void {
    if (!this.#observe) return;
    const answer = answerOf(event);
    if (answer) {
      if (answer.sentMs < this.#servedMs) return;
      const home = answer.tenant === null ? null : (this.#of.map().tenants[answer.tenant]?.cell ?? null);
      this.#windows.record(answer, home);
      this.#ledger.record(answer);
      return;
    }
    const timeMs = event.t / 1000;
    if (event.kind === 'part.died') this.#ledger.died(String(event['address']), timeMs);
    else if (event.kind === 'cell.state') {
      this.#ledger.cellState(String(event['cell']), String(event['health']), timeMs);
      if (this.serving) this.line(`${event.part}: ${event['cell']} is ${event['health']}`, null);
    } else if (event.kind === 'map.changed') this.#ledger.setEstate(this.#estate());
  }

  faultOpened(status: FaultStatus, affected: readonly Affected[]): void {
    const { time } = this.#of;
    this.#ledger.setEstate(this.#estate());
    this.#ledger.took({
      id: status.id,
      target: status.target,
      affected,
      sinceMs: time.monotonicMs(),
      at: status.sinceMs,
    });
    this.#windows.countDoubtSince(this.#ledger.sinceMs);
  }

  faultGone(status: FaultStatus): void {
    this.#ledger.gone(status.id);
  }

  line(text: string, command: string | null): void {
    this.#log.push({ at: this.#of.time.nowMs(), text, command });
    if (this.#log.length > logMax) this.#log.shift();
  }

  /** Whether every router finds the cell (null: all of them) serving. */
  async allServe(cell: string | null): Promise<boolean> {
    await this.#readRouters();
    for (const status of this.#routers.values()) {
      const cells = Object.entries(status?.cells ?? {}).filter(([id]) => cell === null || id === cell);
      if (cells.length === 0 || cells.some(([, { health }]) => health !== 'serving')) return false;
    }
    return this.#routers.size > 0;
  }

  async status(): Promise<Status> {
    await Promise.all([this.#readRouters(), this.#readTraffic()]);
    return this.snapshot().status;
  }

  /** The picture of now, with what was last read of routers and traffic. */
  snapshot(): Snapshot {
    const { world, time, parts } = this.#of;
    const nowMs = time.monotonicMs();
    this.#readQueues(nowMs);
    this.#closeWhereHealthy(nowMs);
    const { on, rps: targetRps, skew, mix } = this.#of.traffic();
    this.#composed = compose({
      world,
      name: world.name,
      since: this.#since,
      now: time.nowMs(),
      nowMs,
      growing: this.serving ? null : { done: 0, total: 1 },
      supervisorPid: 0,
      routerUrl: 'virtual',
      engine: world.engine === 'embedded' ? 'virtual, empty after a death' : 'virtual',
      release: version,
      cells: this.#of.cells(),
      map: this.#of.map(),
      parts: parts.all().map((part) => this.#fact(part)),
      routers: [...this.#routers.values()],
      queues: Object.fromEntries(this.#watches),
      deadLetters: Object.fromEntries(
        this.#of.cells().map((cell) => [cell, this.#of.substrate.queueCounts(cell)?.deadLetter.waiting ?? null]),
      ),
      windows: this.#windows,
      traffic: this.#trafficSaid ?? { on, targetRps, skew, mix, offeredPerSecond: 0, retriesPerSecond: 0 },
      faults: this.#of.faults(),
      blastRadius: this.#ledger.read(),
      readBack: null,
      log: this.#log,
      memory: this.#composed?.memory ?? {},
    });
    return this.#composed.snapshot;
  }

  #fact({ address, observation, restarts }: ReturnType<Parts['all']>[number]): PartFact {
    const kind = kindOf(address);
    const runs = observation.state === 'running' || observation.state === 'paused';
    const wanted = kind === 'xl' ? runs : observation.state !== 'stopped';
    return {
      ...observation,
      kind,
      cell: cellOf(address),
      wanted,
      restarts,
      role: runs ? this.#of.roles.get(address) : undefined,
    };
  }

  async #readRouters(): Promise<void> {
    const { admin, world } = this.#of;
    const addresses = Array.from({ length: world.routers }, (_, index) => `router/${index + 1}`);
    await Promise.all(
      addresses.map(async (address) => {
        this.#routers.set(address, await admin.call<RouterStatus>(address, 'status', {}, 500).catch(() => null));
      }),
    );
  }

  async #readTraffic(): Promise<void> {
    this.#trafficSaid = await this.#of.admin.call<TrafficStatus>('traffic', 'status', {}, 500).catch(() => null);
  }

  #readQueues(nowMs: number): void {
    for (const cell of this.#of.cells()) {
      let watch = this.#watches.get(cell);
      if (!watch) this.#watches.set(cell, (watch = new QueueWatch()));
      const counts = this.#of.substrate.queueCounts(cell);
      for (const queue of ['standard', 'xl'] as const)
        watch.read(queue, counts?.[queue] ?? null, nowMs, this.#of.time.nowMs());
    }
  }

  #closeWhereHealthy(nowMs: number): void {
    if (!this.#ledger.waitsForHealth) return;
    const down = this.#of.parts
      .all()
      .some(({ observation }) => ['dead', 'paused', 'starting'].includes(observation.state));
    const unwell = [...this.#routers.values()].some(
      (status) => status === null || Object.values(status.cells).some(({ health }) => health !== 'serving'),
    );
    if (!down && !unwell && this.#ledger.targetsHealthy(nowMs, this.#of.time.nowMs()))
      this.#windows.countDoubtSince(null);
  }

  #estate(): Estate {
    const parts = this.#of.parts.all().flatMap(({ address, observation }) => {
      if (observation.state === 'stopped') return [];
      return [{ address, kind: kindOf(address), cell: cellOf(address), role: this.#of.roles.get(address) }];
    });
    return { map: this.#of.map(), parts, onLoss: lossesOf(this.#of.world) };
  }
}
