import type { AuroraPort } from '../aurora-client/aurora-client.ts';
import type { CellPolicies } from '../policies.ts';
import type { EventSink } from '../runtime/events.ts';
import type { Time, Timer } from '../runtime/time.ts';
import type { WebDecisions } from './decisions.ts';
import type { QueueProducer } from './queue-producer.ts';
import { missingJobs, staleLetters } from './relay-plan.ts';

export interface RelayOptions {
  /** This task's address: what it leads under. */
  readonly task: string;
  readonly decisions: Pick<WebDecisions, 'rowsToDeliver'>;
  readonly aurora: AuroraPort;
  readonly policies: () => CellPolicies;
  readonly events: EventSink;
  readonly newId: () => string;
  readonly time: Time;
  readonly openEngine: (onReady: () => void) => Promise<QueueProducer>;
}

const everyMs = 500;
const leadForMs = 2000;
/** Deliveries of one round: on the embedded engine each takes about 5 ms of its only thread. */
const roundMax = 50;
const reconcileEveryMs = 5000;
/** What was accepted so little before or, by another's clock, after now may be on its way to the engine. */
const onItsWayMs = 10_000;
const reconcileMax = 2000;

/**
 * Hands what Aurora accepted to the queue engine, at least once, each under its outbox id. Every task delivers at once
 * what it accepted; one task at a time, the leader, also sees to what others left and to an engine that came back empty.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #accepted = new Set<string>();
  #engine: QueueProducer | null = null;
  #engineKnown = false;
  #missing: ReadonlySet<string> = new Set();
  #reconciledMs = 0;
  #timer: Timer | null = null;
  #running = false;
  #nudged = false;
  #closed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Resolves once BullMQ is loaded; the engine itself may come whenever it comes. */
  async start(): Promise<void> {
    this.#engine = await this.#options.openEngine(() => {
      this.#engineKnown = false;
      this.nudge();
    });
    this.nudge();
  }

  /** A job was accepted here: deliver it now. */
  accepted(job: string): void {
    this.#accepted.add(job);
    this.nudge();
  }

  nudge(): void {
    if (this.#closed) return;
    this.#nudged = true;
    if (this.#running) return;
    this.#running = true;
    this.#options.time.soon(() => void this.#run());
  }

  get engine(): QueueProducer | null {
    return this.#engine;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#engine?.close();
  }

  async #run(): Promise<void> {
    this.#timer?.cancel();
    while (this.#nudged && !this.#closed) {
      this.#nudged = false;
      // An engine or Aurora that is gone delays deliveries: the next round tries again.
      await this.#round().catch(() => {});
    }
    this.#running = false;
    if (!this.#closed) this.#timer = this.#options.time.after(everyMs, () => this.nudge());
  }

  async #round(): Promise<void> {
    const engine = this.#engine;
    if (!engine?.ready) return;
    const isLeader = await engine.lead(this.#options.task, leadForMs);
    this.#engineKnown ||= await engine.isKnown();
    if (!this.#engineKnown) {
      // Until the leader filled it again, a delivery would only come twice.
      if (!isLeader) return void this.#options.time.after(100, () => this.nudge());
      await this.#fillAgain(engine);
    }
    await this.#deliver(engine, isLeader);
    if (isLeader) await this.#reconcile(engine);
  }

  async #fillAgain(engine: QueueProducer): Promise<void> {
    const { aurora, events, newId } = this.#options;
    const { lost } = await aurora.tx('outbox.refill', {});
    const { jobs } = await aurora.read('jobs.dead', { limit: reconcileMax });
    await engine.addDeadLetters(jobs);
    await engine.markKnown(newId());
    this.#engineKnown = true;
    if (lost > 0) events.record('queue.refilled', { count: lost });
  }

  async #deliver(engine: QueueProducer, isLeader: boolean): Promise<void> {
    if (this.#accepted.size === 0 && !isLeader) return;
    const { aurora, policies, events, time, decisions } = this.#options;
    const asked = new Set(this.#accepted);
    const { rows } = await aurora.read('outbox.waiting', { limit: reconcileMax });
    const mine = decisions.rowsToDeliver(rows, asked, isLeader, time.nowMs());
    const batch = mine.slice(0, roundMax);
    if (batch.length > 0) {
      // A dead job that came with its tenant has no delivery, but an entry among the dead letters.
      const [dead, open] = [
        batch.filter(({ job }) => job.state === 'dead'),
        batch.filter(({ job }) => job.state !== 'dead'),
      ];
      await engine.addDeadLetters(dead.map(({ job }) => job));
      await engine.deliver(open, policies().dispatch);
      await aurora.tx('outbox.delivered', { ids: batch.map(({ id }) => id) });
      for (const { id, job } of open) events.record('job.delivered', { job: job.id, outbox: id, queue: job.queue });
    }
    const left = new Set(mine.slice(roundMax).map(({ job }) => job.id));
    for (const job of asked) if (!left.has(job)) this.#accepted.delete(job);
    if (left.size > 0) this.#nudged = true;
  }

  /** Slow and rare: an engine that lost a part of what it held, as one that was restored from an older state does. */
  async #reconcile(engine: QueueProducer): Promise<void> {
    const { aurora, time } = this.#options;
    if (time.monotonicMs() - this.#reconciledMs < reconcileEveryMs) return;
    this.#reconciledMs = time.monotonicMs();
    const nowMs = time.nowMs();
    const except = { fromMs: nowMs - onItsWayMs, toMs: nowMs + onItsWayMs };
    const { jobs } = await aurora.read('jobs.open', { limit: reconcileMax, except });
    await this.#clearLetters(engine);
    if (jobs.length === 0) return;
    const { rows } = await aurora.read('outbox.waiting', { limit: reconcileMax });
    const { missing, again } = missingJobs(jobs, rows, await engine.held(), this.#missing);
    this.#missing = missing;
    if (again.length > 0) await aurora.tx('outbox.again', { jobs: again });
  }

  /** Entries first, then Aurora: an entry is only ever made of a job that is dead there already. */
  async #clearLetters(engine: QueueProducer): Promise<void> {
    const entries = await engine.deadLetters(reconcileMax);
    if (entries.length === 0) return;
    const { jobs } = await this.#options.aurora.read('jobs.dead', { limit: reconcileMax });
    if (jobs.length < reconcileMax) await engine.removeDeadLetters(staleLetters(entries, jobs));
  }
}
