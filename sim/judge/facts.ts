import type { Event } from '../../cells/runtime/events.ts';
import type { BlastRadius } from './blast-radius.ts';
import type { JudgedWorld, RunFacts, RunTimes } from './contract.ts';
import { hasEnded, type Jobs } from './jobs.ts';
import type { Recovery } from './recovery.ts';
import { Tally } from './tally.ts';
import type { Op, Witness } from './witness.ts';

const offered = 0;
const outcomeField = { ok: 1, refused: 2, unknown: 3 } as const;

/** Counts what `expect` and the summary speak of. */
export class Facts implements Witness {
  readonly #world: JudgedWorld;
  readonly #requests = new Tally(4);
  /** When the last request was sent that a cell answered well, by cell; the read back aside. */
  readonly #okT = new Map<string, number>();
  #redelivered = 0;
  #queueAgeMsMax: number | null = null;

  constructor(world: JudgedWorld) {
    this.#world = world;
  }

  sent(op: Op): void {
    if (!op.final) this.#requests.count(op.sentT, offered);
  }

  ended(op: Op): void {
    if (op.final) return;
    if (op.outcome === 'ok' && op.cell !== null) this.#okT.set(op.cell, op.sentT);
    if (!op.foreign) this.#requests.count(op.sentT, outcomeField[op.outcome!]);
  }

  job(_job: unknown, event: Event): void {
    if (event.kind === 'job.redelivered') this.#redelivered++;
    const age = event['dwellMs'];
    if (typeof age === 'number') this.#queueAgeMsMax = Math.max(this.#queueAgeMsMax ?? 0, age);
  }

  /** Cells that answered a request well that was sent at or after a moment. */
  okCells(sinceT: number): ReadonlySet<string> {
    return new Set([...this.#okT].flatMap(([cell, sentT]) => (sentT >= sinceT ? [cell] : [])));
  }

  /** Call once everything else has ended. */
  read({ startT }: RunTimes, jobs: Jobs, blastRadius: BlastRadius, recovery: Recovery): RunFacts {
    const tenants = Math.max(1, Object.keys(this.#world.map.tenants).length);
    const { entries } = blastRadius;
    const hit = [...new Set(entries.flatMap((entry) => entry.hit))].sort();
    const [all, good, bad, open] = this.#requests.since(startT) as [number, number, number, number];
    return {
      requests: { offered: all, ok: good, refused: bad, unknown: open, inFlight: all - good - bad - open },
      errors: blastRadius.errors(startT),
      blastRadius: {
        predictedRatio: ratio(blastRadius.predicted.size, tenants),
        measuredRatio: ratio(hit.length, tenants),
        hit,
        leaks: [...new Set(entries.flatMap(({ leaks }) => leaks))].sort(),
      },
      detectedAfterMs: blastRadius.noticedAfterMs,
      recoveredAfterMs: recovery.recoveredAfterMs,
      queueAgeMsMax: this.#queueAgeMsMax,
      goodputRatio: all === 0 ? 0 : ratio(good, all),
      jobs: { ...countJobs(jobs), redelivered: this.#redelivered },
    };
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
