import type { Event } from '../../cells/runtime/events.ts';
import { answerOf } from '../events/answer.ts';
import { Windows } from '../events/windows.ts';
import { BlastRadiusLedger } from '../ledger/blast-radius.ts';
import type { Affected, Estate } from '../ledger/dependency.ts';
import type { JudgedRun } from '../judge/contract.ts';
import { compose, remember, type CellMemory, type Known } from '../state/compose.ts';
import { QueueWatch } from '../state/queue-watch.ts';
import type { Snapshot } from '../state/status.ts';
import { cellOf, kindOf } from '../world/address.ts';
import { cellIds } from '../world/population.ts';
import type { World } from '../world/world.ts';
import { numberOf, textOf } from './event-fields.ts';
import { RecordedFaults } from './recorded-faults.ts';
import { RecordedJobs } from './recorded-jobs.ts';
import { RecordedLog } from './recorded-log.ts';
import { RecordedParts } from './recorded-parts.ts';
import { RecordedRouting } from './recorded-routing.ts';
import { RecordedTraffic } from './recorded-traffic.ts';

/** What is known of a run beside its events. */
export interface Recorded {
  readonly world: World;
  readonly judged: JudgedRun;
  /** Unix milliseconds of the scenario's 0. */
  readonly startedAt: number;
  readonly engine: string;
  readonly release: string;
}

/** What happens just after a sleep is still its doing. */
const settleMs = 2000;
/** Faults under which the parts of their target are frozen. */
const freezing: ReadonlySet<string> = new Set(['pause', 'freeze']);

/**
 * A world as its record tells of it, at one moment of its clock: fed with events in their order and with ticks between them,
 * it composes the same picture as the supervisor did. What nobody recorded (pids, memory, pending requests) is null.
 */
export class RecordedWorld {
  readonly #of: Recorded;
  readonly #cells: readonly string[];
  #faults = new RecordedFaults();
  #jobs = new RecordedJobs();
  #log = new RecordedLog();
  #traffic = new RecordedTraffic();
  #windows = new Windows();
  #parts: RecordedParts;
  #routing: RecordedRouting;
  #ledger: BlastRadiusLedger;
  #queues: ReadonlyMap<string, QueueWatch>;
  #memory: Readonly<Record<string, CellMemory>> = {};
  /** By fault: what it affected. */
  #affected: ReadonlyMap<string, readonly Affected[]> = new Map();
  #routerUrl = '';
  #servedMs: number;

  constructor(of: Recorded) {
    this.#of = of;
    const { judged, world } = of;
    this.#cells = cellIds(world.cells);
    const routers = judged.parts.filter(({ kind }) => kind === 'router').map(({ address }) => address);
    this.#parts = RecordedParts.of(judged.parts);
    this.#routing = new RecordedRouting(judged.map, routers, this.#cells);
    this.#ledger = new BlastRadiusLedger(this.#estate());
    this.#queues = new Map(this.#cells.map((cell) => [cell, new QueueWatch()]));
    // What a world answers while it grows is no outage.
    this.#servedMs = judged.startT / 1000;
    for (const cell of this.#cells) this.#windows.addCell(cell, this.#servedMs);
  }

  /** The same moment, from which it goes its own way. */
  copy(): RecordedWorld {
    const copy = new RecordedWorld(this.#of);
    copy.#faults = this.#faults.copy();
    copy.#jobs = this.#jobs.copy();
    copy.#log = this.#log.copy();
    copy.#traffic = this.#traffic.copy();
    copy.#windows = this.#windows.copy();
    copy.#parts = this.#parts.copy();
    copy.#routing = this.#routing.copy();
    copy.#ledger = this.#ledger.copy();
    copy.#queues = new Map([...this.#queues].map(([cell, watch]) => [cell, watch.copy()]));
    copy.#memory = this.#memory;
    copy.#affected = this.#affected;
    copy.#routerUrl = this.#routerUrl;
    return copy;
  }

  take(event: Event): void {
    this.#traffic.take(event);
    if (this.#routing.take(event)) this.#ledger.setEstate(this.#estate());
    const answer = answerOf(event);
    if (answer) {
      if (answer.sentMs < this.#servedMs || this.#windows.isUnknown(answer)) return;
      const home = answer.tenant === null ? null : (this.#routing.map.tenants[answer.tenant]?.cell ?? null);
      this.#windows.record(answer, home);
      return this.#ledger.record(answer);
    }
    if (event.kind === 'request.sent') return;
    this.#parts.take(event);
    this.#jobs.take(event, event.t / 1000);
    if (event.t >= this.#of.judged.startT) this.#log.take(event, this.#unixOf(event));
    this.#takeOther(event);
  }

  /** Half a second or less since the last one: what a live world looks at by a timer. Monotonic milliseconds. */
  tick(nowMs: number): void {
    for (const [cell, watch] of this.#queues) {
      const isRead = this.#parts.state(`${cell}/sqs`) === 'running';
      for (const queue of ['standard', 'xl'] as const)
        watch.read(queue, isRead ? this.#jobs.reading(cell, queue, nowMs) : null, nowMs, this.#unix(nowMs));
    }
    const before = this.#memory;
    this.#memory = remember(this.#known(nowMs));
    for (const [cell, { health }] of Object.entries(before)) if (health === 'serving') this.#queues.get(cell)?.learn();
    if (this.#ledger.waitsForHealth && this.#targetsHealthy()) this.#close(nowMs);
  }

  snapshot(nowMs: number): Snapshot {
    return compose(this.#known(nowMs)).snapshot;
  }

  /** Something is said in the log that no event tells: a command that was typed. */
  say(text: string, command: string, nowMs: number): void {
    this.#log.add(text, command, this.#unix(nowMs));
  }

  #takeOther(event: Event): void {
    const timeMs = event.t / 1000;
    switch (event.kind) {
      case 'fault.injected':
      case 'fault.seen':
      case 'fault.healed':
      case 'fault.gone':
        return this.#fault(event);
      case 'part.died': {
        const address = textOf(event, 'address');
        if (address.includes('/worker/') || address.includes('/xl/')) this.#jobs.releaseCell(cellOf(address) ?? '');
        return this.#ledger.died(address, timeMs);
      }
      case 'cell.state':
        return this.#ledger.cellState(textOf(event, 'cell'), textOf(event, 'health'), timeMs);
      case 'part.started':
      case 'part.removed':
      case 'aurora.role':
        return this.#ledger.setEstate(this.#estate());
      case 'restart.begun':
        return this.#took(event, (event['affected'] ?? []) as readonly Affected[]);
      case 'restart.ended':
        return this.#ledger.gone(textOf(event, 'fault'));
      case 'machine.slept':
        return this.#windows.markUnknown(timeMs - (numberOf(event, 'awayMs') ?? 0), timeMs + settleMs);
      case 'world.serving':
        this.#routerUrl = textOf(event, 'router');
    }
  }

  #fault(event: Event): void {
    const id = textOf(event, 'fault');
    const affected = event['affected'];
    this.#faults.take(event, this.#unixOf(event));
    if (Array.isArray(affected)) {
      this.#affected = new Map(this.#affected).set(id, affected as readonly Affected[]);
      this.#took(event, affected as readonly Affected[]);
    }
    if (event.kind === 'fault.gone') this.#ledger.gone(id);
    const isOver = event.kind === 'fault.gone';
    if (!freezing.has(textOf(event, 'what')) || !(isOver || event.kind === 'fault.seen')) return;
    const frozen = this.#affected.get(id) ?? [];
    this.#parts.freeze(
      frozen.map(({ address }) => address),
      !isOver,
    );
  }

  #took(event: Event, affected: readonly Affected[]): void {
    const ago = numberOf(event, 'since');
    const agoMs = ago === null ? 0 : event.at - ago;
    this.#ledger.took({
      id: textOf(event, 'fault'),
      target: textOf(event, 'target'),
      affected,
      sinceMs: event.t / 1000 - agoMs,
      at: this.#unixOf(event) - agoMs,
    });
    this.#windows.countDoubtSince(this.#ledger.sinceMs);
  }

  #close(nowMs: number): void {
    this.#ledger.targetsHealthy(nowMs, this.#unix(nowMs));
    this.#windows.countDoubtSince(null);
    const entry = this.#ledger.read();
    if (!entry) return;
    const leaks = entry.leaks.length === 0 ? 'no leak' : `LEAKED: ${entry.leaks.join(', ')}`;
    const text = `blast radius of ${entry.targets.join(', ')}: expected ${entry.predicted.length}, hit ${entry.hit.length}, ${leaks}`;
    this.#log.add(text, null, this.#unix(nowMs));
  }

  /** Every part that was affected runs again, and every router that runs has found its cell serving. */
  #targetsHealthy(): boolean {
    const places = this.#ledger.affected;
    const runs = (address: string) => this.#parts.state(address) === 'running';
    if (places.some((place) => !place.includes('->') && ['dead', 'paused'].includes(this.#parts.state(place) ?? '')))
      return false;
    const sides = places.flatMap((place) => place.split('->'));
    const hurt = this.#cells.filter((cell) => sides.some((side) => side === cell || cellOf(side) === cell));
    return this.#routing
      .statuses(runs, true)
      .every((router) => router !== null && hurt.every((cell) => router.cells[cell]?.health === 'serving'));
  }

  #known(nowMs: number): Known {
    const { world, engine, release, startedAt } = this.#of;
    const runs = (address: string) => this.#parts.state(address) === 'running';
    return {
      world,
      name: world.name,
      since: startedAt,
      now: this.#unix(nowMs),
      nowMs,
      growing: null,
      supervisorPid: 0,
      routerUrl: this.#routerUrl,
      engine,
      release,
      cells: this.#cells,
      map: this.#routing.map,
      parts: this.#parts.facts(),
      routers: this.#routing.statuses(runs, runs('map')),
      queues: Object.fromEntries(this.#queues),
      deadLetters: Object.fromEntries(
        this.#cells.map((cell) => [cell, runs(`${cell}/sqs`) ? this.#jobs.dead(cell) : null]),
      ),
      windows: this.#windows,
      traffic: this.#traffic.status(world.traffic, nowMs),
      faults: this.#faults.list(this.#unix(nowMs)),
      blastRadius: this.#ledger.read(),
      readBack: null,
      log: this.#log.lines,
      memory: this.#memory,
    };
  }

  #estate(): Estate {
    const { judged } = this.#of;
    const { roles } = this.#parts;
    const parts = this.#parts.addresses
      .filter((address) => this.#parts.state(address) !== 'stopped')
      .map((address) => ({ address, kind: kindOf(address), cell: cellOf(address), role: roles.get(address) }));
    return { map: this.#routing.map, parts, onLoss: judged.onLoss };
  }

  #unix(nowMs: number): number {
    return this.#of.startedAt + (nowMs - this.#of.judged.startT / 1000);
  }

  #unixOf(event: Event): number {
    return this.#unix(event.t / 1000);
  }
}
