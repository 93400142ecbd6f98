import { join } from 'node:path';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Event } from '../../cells/runtime/events.ts';
import { monotonicMicros } from '../../cells/runtime/time.ts';
import type { CellMap } from '../../router/cell-map.ts';
import { answerOf } from '../events/answer.ts';
import { JobCounts } from '../events/job-counts.ts';
import { EventRing } from '../events/ring.ts';
import { EventTail } from '../events/tail.ts';
import { Windows } from '../events/windows.ts';
import type { ResolvedTarget } from '../faults/fault.ts';
import { BlastRadiusLedger } from '../ledger/blast-radius.ts';
import { affectedBy } from '../ledger/affected.ts';
import type { Affected, Estate as LedgerEstate } from '../ledger/dependency.ts';
import type { MovesStatus, Observation } from '../pilot/contract.ts';
import { compose, type Composed, type Known, type PartFact } from '../state/compose.ts';
import { moveLine } from '../state/move-line.ts';
import type { BlastRadius, FaultStatus, Snapshot, Status, TrafficStatus } from '../state/status.ts';
import { version } from '../version.ts';
import { cellOf, kindOf } from '../world/address.ts';
import { eventsFileName } from '../world/places.ts';
import { readBackSkipped } from '../world/protocol.ts';
import { lossesOf } from '../world/services.ts';
import { Gauges } from './gauges.ts';
import { Diary } from './diary.ts';
import type { LiveWorld } from './live-world.ts';
import { MapCopy } from './map-copy.ts';
import type { OutsideWatch, OutsideWord } from './outside-watch.ts';
import type { PartRecord } from './parts.ts';
import { ReadBackDue } from './read-back-due.ts';
import { SleepWatch } from './sleep-watch.ts';

const lookEveryMs = 500;
const servingWithinMs = 30_000;
/** What happens just after a sleep is still its doing. */
const settleMs = 2000;
const snapshotForMs = 90;
const noTraffic = { offeredPerSecond: 0, retriesPerSecond: 0 } as const;

type Role = 'writer' | 'reader';

/** Kinds of open faults under which a part is frozen or cut off with Petri's knowledge. */
const outsideWordOf: Readonly<Record<string, OutsideWord>> = {
  pause: 'freeze',
  'queue-engine-stalled': 'freeze',
  freeze: 'freeze',
  disconnect: 'cut-off',
  'cut-off': 'cut-off',
};

/** Sees the world: follows every part's events, asks for what has to be asked for, keeps the ledger of who was hit. */
export class Observer {
  readonly ring = new EventRing();
  readonly windows = new Windows();
  readonly jobs = new JobCounts();
  readonly ledger: BlastRadiusLedger;
  readonly gauges: Gauges;
  readonly #live: LiveWorld;
  readonly #outside: OutsideWatch;
  readonly #tail: EventTail;
  readonly #roles = new Map<string, Role>();
  readonly #sinceMs = Date.now();
  readonly #mapCopy: MapCopy;
  readonly #sleep = new SleepWatch();
  readonly #diary = new Diary();
  readonly #readBackDue = new ReadBackDue();
  #serving = false;
  /** Monotonic milliseconds from which on requests count. */
  #servedMs = Infinity;
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #composed: Composed | null = null;
  #composedMs = 0;
  /** How far the world has grown, until it serves. */
  growing = { done: 0, total: 1 };

  constructor(live: LiveWorld, outside: OutsideWatch) {
    this.#live = live;
    this.#outside = outside;
    this.#mapCopy = new MapCopy(live.admin);
    this.ledger = new BlastRadiusLedger({ map: this.map, parts: [] });
    this.gauges = new Gauges({
      admin: live.admin,
      routers: this.#routers(),
      queues: live.plan().has('sqs') ? live.plan().cells : [],
      queueEndpoint: (cell) => live.endpointOf(`${cell}/sqs`),
      queuePassword: live.queuePassword,
    });
    this.#tail = new EventTail({ onEvents: (events) => this.#take(events) });
  }

  get serving(): boolean {
    return this.#serving;
  }

  get map(): CellMap {
    return this.#mapCopy.map;
  }

  get books(): MovesStatus {
    return this.#mapCopy.books;
  }

  start(): void {
    this.gauges.start();
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.gauges.stop();
    this.#tail.close();
  }

  /** The world has been grown: from now on what is missing is an outage. */
  async served(): Promise<void> {
    await Promise.all([this.#live.parts.observe(), this.mapChanged(), this.untilServing(null)]);
    await this.gauges.read();
    const nowMs = monotonicMicros() / 1000;
    for (const cell of this.#live.plan().cells) this.windows.addCell(cell, nowMs);
    this.#composed = null;
    this.#servedMs = nowMs;
    this.#serving = true;
  }

  line(text: string, command: string | null): void {
    this.#diary.add(text, command);
  }

  /** A role that was taken before anybody listened. */
  learnRole(address: string, role: Role): void {
    if (!this.#roles.has(address)) this.#roles.set(address, role);
  }

  auroraRoles(): Readonly<Record<string, Role>> {
    return Object.fromEntries(this.#roles);
  }

  xlQueues(): Observation['queues'] {
    return Object.fromEntries(
      this.#live.plan().cells.map((cell) => {
        const counts = this.gauges.counts(cell);
        return [cell, { xlWaiting: counts?.xl.waiting ?? null, xlInFlight: counts?.xl.inFlight ?? null }];
      }),
    );
  }

  /** Reads the map anew from its store; keeps the last copy where the store does not answer. */
  async mapChanged(): Promise<void> {
    await this.#mapCopy.read();
    this.ledger.setEstate(this.#ledgerEstate());
    // Whoever asks next is told of it.
    this.#composedMs = -Infinity;
  }

  faultOpened(status: Pick<FaultStatus, 'id' | 'kind' | 'target' | 'sinceMs'>, target: ResolvedTarget): void {
    const since = monotonicMicros() / 1000 - (Date.now() - status.sinceMs);
    this.ledger.took({
      id: status.id,
      target: status.target,
      affected: this.affected(status.kind, target),
      sinceMs: since,
      at: status.sinceMs,
    });
    this.windows.countDoubtSince(this.ledger.sinceMs);
  }

  affected(kind: string, target: ResolvedTarget): readonly Affected[] {
    return affectedBy(kind, target, this.#roles);
  }

  /** A restart by hand takes its target away for a moment, as a fault does. Returns what says that it is back. */
  restarting(target: ResolvedTarget): () => void {
    const id = `restart ${target.text}`;
    const affected = this.affected('restart', target);
    this.#live.events.record('restart.begun', { fault: id, target: target.text, affected });
    this.faultOpened({ id, kind: 'restart', target: target.text, sinceMs: Date.now() }, target);
    return () => {
      this.ledger.gone(id);
      this.#live.events.record('restart.ended', { fault: id, target: target.text });
    };
  }

  faultGone(status: FaultStatus): void {
    this.ledger.gone(status.id);
  }

  /** Resolves once every router has found the cell (null: all of them) serving. Rejects after 30 s. */
  async untilServing(cell: string | null): Promise<void> {
    const deadline = Date.now() + servingWithinMs;
    const routers = this.#routers();
    for (;;) {
      await Promise.all(routers.map((address) => this.gauges.readRouter(address)));
      const serving = routers.every((address) => {
        const cells = Object.entries(this.gauges.router(address)?.cells ?? {});
        const asked = cells.filter(([id]) => cell === null || id === cell);
        return asked.length > 0 && asked.every(([, { health }]) => health === 'serving');
      });
      if (serving) return;
      if (Date.now() > deadline) {
        throw new RpcError(
          'unproven',
          `${cell ?? 'the world'} was not seen serving within 30 s; petri why says what is missing`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  status(): Status {
    return this.snapshot().status;
  }

  /** The picture of now; asked for again within a tenth of a second it is the same one. */
  snapshot(): Snapshot {
    const nowMs = monotonicMicros() / 1000;
    if (this.#composed && nowMs - this.#composedMs < snapshotForMs) return this.#composed.snapshot;
    this.#composed = compose(this.#known(nowMs));
    this.#composedMs = nowMs;
    return this.#composed.snapshot;
  }

  #known(nowMs: number): Known {
    const { world, routerUrl, engineName, faults } = this.#live;
    const { cells } = this.#live.plan();
    const { gauges, ledger, jobs, windows } = this;
    const readBack = gauges.readBack && {
      ...gauges.readBack,
      // Only Petri's own workers tell of their deliveries.
      jobs: gauges.readBack.jobs && {
        ...gauges.readBack.jobs,
        ...(world.protocol ? {} : jobs.since(ledger.sinceMs ?? nowMs)),
      },
    };
    return {
      world,
      name: world.name,
      since: this.#sinceMs,
      now: Date.now(),
      nowMs,
      growing: this.#serving ? null : this.growing,
      supervisorPid: process.pid,
      routerUrl,
      engine: engineName,
      release: version,
      cells,
      map: this.map,
      closed: this.books.closed,
      parts: this.#live.parts.all().map((part) => this.#partFact(part)),
      routers: this.#routers().map((address) => gauges.router(address)),
      queues: Object.fromEntries(gauges.watches),
      deadLetters: Object.fromEntries(cells.map((cell) => [cell, gauges.deadLetters(cell)])),
      windows,
      traffic: gauges.traffic ?? { ...noTraffic, ...this.#trafficSetting() },
      faults: faults.list(),
      blastRadius: ledger.read(),
      readBack,
      log: this.#diary.newest(),
      memory: this.#composed?.memory ?? {},
    };
  }

  #partFact({ address, observation, restarts }: PartRecord): PartFact {
    const kind = kindOf(address);
    const role =
      observation.state === 'running' || observation.state === 'paused' ? this.#roles.get(address) : undefined;
    // An XL worker comes and goes with its work: one that is not there, or not yet, is missed by nobody.
    const wanted =
      kind === 'xl'
        ? (observation.pid ?? observation.containerId) !== null && observation.state !== 'starting'
        : observation.state !== 'stopped';
    return { ...observation, kind, cell: cellOf(address), wanted, restarts, role };
  }

  #trafficSetting(): Pick<TrafficStatus, 'on' | 'targetRps' | 'mix' | 'skew'> {
    const { on, rps, mix, skew } = this.#live.traffic;
    return { on, targetRps: rps, mix, skew };
  }

  #routers(): string[] {
    return Array.from({ length: this.#live.world.routers }, (_, index) => `router/${index + 1}`);
  }

  #take(events: readonly Event[]): void {
    this.ring.push(events);
    for (const event of events) {
      const answer = answerOf(event);
      // What a world answers while it grows is no outage.
      if (answer && (answer.sentMs < this.#servedMs || this.windows.isUnknown(answer))) continue;
      if (answer) {
        const home = answer.tenant === null ? null : (this.map.tenants[answer.tenant]?.cell ?? null);
        this.windows.record(answer, home);
        this.ledger.record(answer);
      } else {
        this.#takeOther(event);
      }
    }
  }

  #takeOther(event: Event): void {
    switch (event.kind) {
      case 'aurora.role':
        if (event['role'] === 'writer' || event['role'] === 'reader') this.#roles.set(event.part, event['role']);
        else this.#roles.delete(event.part);
        break;
      case 'part.died':
        this.ledger.died(String(event['address']), event.t / 1000);
        break;
      case 'cell.state':
        this.ledger.cellState(String(event['cell']), String(event['health']), event.t / 1000);
        if (this.#serving) this.line(cellLine(event), null);
        break;
      case 'map.changed':
        if (Number(event['version']) !== this.map.version) void this.mapChanged();
        break;
      case 'job.redelivered':
      case 'job.done':
        this.jobs.record(event);
        break;
      default:
        this.#tellMove(event);
        break;
    }
  }

  #tellMove(event: Event): void {
    if (event.part !== 'control') return;
    // Of a cell that is closed or opened no router hears.
    if (event.kind.startsWith('cell.')) void this.mapChanged();
    const said = moveLine(event);
    if (said) this.line(said.text, said.command);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.#noteSleep();
      this.#followNewParts();
      await this.#live.parts.observe();
      if (!this.#serving) return;
      this.#noteWhatOthersDid();
      // A cell's health remembers what it was: the picture is made whether or not anybody looks.
      const { status } = this.snapshot();
      this.#learn();
      this.ledger.setEstate(this.#ledgerEstate());
      if (this.ledger.waitsForHealth && this.#targetsHealthy()) this.#close();
      else this.#readBackWhereDue(status.blastRadius);
    } finally {
      this.#looking = false;
    }
  }

  /** A closed lid is no outage: what was under way then is left out of every figure. */
  #noteSleep(): void {
    const nowMs = monotonicMicros() / 1000;
    const sleep = this.#sleep.look({ unixMs: Date.now(), monotonicMs: nowMs });
    if (!sleep) return;
    this.windows.markUnknown(sleep.fromMs, nowMs + settleMs);
    this.#live.events.record('machine.slept', { awayMs: Math.round(sleep.awayMs) });
    const seconds = Math.round(sleep.awayMs / 1000);
    this.line(`nobody looked for ${seconds} s (the machine slept?): not counted as an outage`, null);
  }

  #followNewParts(): void {
    const { folder, parts } = this.#live;
    for (const { address } of parts.all()) this.#tail.add(join(folder.events, eventsFileName(address)));
    this.#tail.add(join(folder.events, eventsFileName('supervisor')));
  }

  #noteWhatOthersDid(): void {
    const known = new Set(
      this.#live.faults.open().flatMap(({ status, target }) => {
        const word = outsideWordOf[status.kind];
        return word === undefined ? [] : target.addresses.map((address) => `${word} ${address}`);
      }),
    );
    for (const { address, observation } of this.#live.parts.all()) {
      if (observation.state === 'paused') this.#noteOutside('freeze', address, known);
      if (observation.cutOff === true && observation.state === 'running') this.#noteOutside('cut-off', address, known);
    }
  }

  #noteOutside(word: OutsideWord, address: string, known: ReadonlySet<string>): void {
    if (!known.has(`${word} ${address}`)) this.#outside.note(word, address, Date.now());
  }

  /** Every part that was affected runs again, and every router has found its cell serving. */
  #targetsHealthy(): boolean {
    const { parts } = this.#live;
    const cells = new Set<string>();
    for (const place of this.ledger.affected) {
      if (!place.includes('->') && ['dead', 'paused', 'starting'].includes(parts.stateOf(place))) return false;
      for (const cell of this.#live.plan().cells) {
        if (place.split(/->/).some((side) => side === cell || side.startsWith(`${cell}/`) || side === `links/${cell}`))
          cells.add(cell);
      }
    }
    for (const address of this.#routers()) {
      const status = this.gauges.router(address);
      if (status === null) return false;
      for (const cell of cells) if (status.cells[cell]?.health !== 'serving') return false;
    }
    return true;
  }

  /** What waits in a queue while all is well is what is usual there. */
  #learn(): void {
    for (const cell of this.#composed?.snapshot.status.cells ?? []) {
      if (cell.health === 'serving') this.gauges.watches.get(cell.id)?.learn();
    }
  }

  #close(): void {
    if (!this.ledger.targetsHealthy(monotonicMicros() / 1000, Date.now())) return;
    this.windows.countDoubtSince(null);
    const entry = this.ledger.read();
    if (!entry) return;
    const leaks = entry.leaks.length === 0 ? 'no leak' : `LEAKED: ${entry.leaks.join(', ')}`;
    this.line(
      `blast radius of ${entry.targets.join(', ')}: expected ${entry.predicted.length}, hit ${entry.hit.length}, ${leaks}`,
      null,
    );
    this.#live.events.record('blast.closed', { ...entry });
    this.#readBackWhereDue(entry);
  }

  #readBackWhereDue(latest: BlastRadius | null): void {
    const entry = this.#readBackDue.look(latest);
    if (!entry) return;
    const unseen = this.#live.world.protocol && readBackSkipped(this.#live.world.protocol);
    if (unseen) return this.line(`what was acknowledged is not read back: ${unseen.because}`, null);
    void this.gauges.startReadBack(entry.fault, entry.hit).catch((error: Error) => {
      this.line(`what was acknowledged could not be read back: ${error.message}`, null);
    });
  }

  #ledgerEstate(): LedgerEstate {
    const parts = this.#live.parts.all().flatMap(({ address, observation }) => {
      if (observation.state === 'stopped') return [];
      return [{ address, kind: kindOf(address), cell: cellOf(address), role: this.#roles.get(address) }];
    });
    return { map: this.map, parts, onLoss: lossesOf(this.#live.world) };
  }
}

function cellLine(event: Event): string {
  const after = typeof event['afterMs'] === 'number' ? ` after ${(event['afterMs'] / 1000).toFixed(2)} s` : '';
  return `${event.part}: ${event['cell']} is ${event['health']}${after}${event['reason'] ? ` (${event['reason']})` : ''}`;
}
