import type { Event } from '../../cells/runtime/events.ts';
import type { BlastRadius } from './blast-radius.ts';
import type { JudgedWorld, RunFacts } from './contract.ts';
import { hasEnded, type Jobs } from './jobs.ts';
import type { Recovery } from './recovery.ts';
import type { Op, Witness } from './witness.ts';

/** Counts what `expect` and the summary speak of. */
export class Facts implements Witness {
  readonly #world: JudgedWorld;
  #startT = Infinity;
  #offered = 0;
  readonly #ended = { ok: 0, refused: 0, unknown: 0 };
  /** Cells that answered a request of the run well; the read back aside. */
  readonly okCells = new Set<string>();
  #redelivered = 0;
  #queueAgeMsMax: number | null = null;

  constructor(world: JudgedWorld) {
    this.#world = world;
  }

  begin(startT: number): void {
    this.#startT = startT;
  }

  sent(op: Op): void {
    if (this.#counts(op)) this.#offered++;
  }

  ended(op: Op): void {
    if (op.outcome === null || op.final || op.sentT <= this.#startT) return;
    if (op.outcome === 'ok' && op.cell !== null) this.okCells.add(op.cell);
    if (this.#counts(op)) this.#ended[op.outcome]++;
  }

  job(_job: unknown, event: Event): void {
    if (event.kind === 'job.redelivered') this.#redelivered++;
    const age = event['dwellMs'];
    // Large jobs wait for a worker of their own to come: that is what their queue is for.
    if (typeof age === 'number' && event['queue'] === 'standard')
      this.#queueAgeMsMax = Math.max(this.#queueAgeMsMax ?? 0, age);
  }

  /** Call once everything else has ended. */
  read(jobs: Jobs, blastRadius: BlastRadius, recovery: Recovery): RunFacts {
    const tenants = Math.max(1, Object.keys(this.#world.map.tenants).length);
    const { entries } = blastRadius;
    const hit = [...new Set(entries.flatMap((entry) => entry.hit))].sort();
    const { ok, refused, unknown } = this.#ended;
    const offered = this.#offered;
    return {
      requests: { offered, ok, refused, unknown, inFlight: offered - ok - refused - unknown },
      errors: blastRadius.errors(),
      blastRadius: {
        predictedRatio: ratio(blastRadius.predicted.size, tenants),
        measuredRatio: ratio(hit.length, tenants),
        hit,
        leaks: [...new Set(entries.flatMap(({ leaks }) => leaks))].sort(),
      },
      detectedAfterMs: blastRadius.noticedAfterMs,
      recoveredAfterMs: recovery.recoveredAfterMs,
      queueAgeMsMax: this.#queueAgeMsMax,
      goodputRatio: offered === 0 ? 0 : ratio(ok, offered),
      jobs: { ...countJobs(jobs), redelivered: this.#redelivered },
    };
  }

  /** What was sent at the very start may have been taken before it was told: it would end without having been offered. */
  #counts(op: Op): boolean {
    return !op.foreign && !op.final && op.sentT > this.#startT;
  }
}

function countJobs(jobs: Jobs): Omit<RunFacts['jobs'], 'redelivered'> {
  let accepted = 0;
  let done = 0;
  let dead = 0;
  for (const job of jobs.all()) {
    if (job.accepted === null && !job.recorded && !hasEnded(job)) continue;
    accepted++;
    if (job.done || job.state === 'done') done++;
    else if (job.dead || job.state === 'dead') dead++;
  }
  return { accepted, done, dead, open: accepted - done - dead };
}

function ratio(part: number, whole: number): number {
  return Number((part / whole).toFixed(4));
}
