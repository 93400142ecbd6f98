import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import type { Job, Jobs } from './jobs.ts';
import type { Checker, Op } from './witness.ts';

/** A job's effect happens once, and it ends one way only, unless a dead one is made open again by hand. */
export class JobOnce implements Checker {
  readonly id = 'job-once';
  readonly survivesGaps = true;
  readonly #jobs: Jobs;
  readonly #found = new Findings(this.id);
  #ends = 0;

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  job(job: Job, event: Event): void {
    if (event.kind === 'job.done' && event['already'] !== true) {
      this.#ends++;
      if (job.effects > 0) this.#breach(job, `one effect of job ${job.id}`, 'its effect again', event);
      else if (job.dead) this.#breach(job, `job ${job.id} to stay dead`, 'it was done all the same', event);
    } else if (event.kind === 'job.dead') {
      this.#ends++;
      if (job.done) this.#breach(job, `job ${job.id} to stay done`, 'it was dead-lettered all the same', event);
    }
  }

  /** What its owner is told may not change once it has ended. */
  ended(op: Op): void {
    if (op.kind !== 'poll' || op.outcome !== 'ok' || op.job === null) return;
    const job = this.#jobs.get(op.job);
    const told = job.done || job.state === 'done' ? 'done' : job.dead ? 'dead' : null;
    if (told === null || op.state === told || op.state === null || op.state === 'none') return;
    if (told === 'dead' && job.redriven) return;
    // A poll that was under way when the job ended may have seen it before.
    if (job.last !== null && op.sentT <= job.last.t) return;
    this.#breach(job, `job ${job.id} to stay ${told}`, `its owner is told that it is ${op.state}`, op.answer);
  }

  end(): InvariantVerdict {
    return this.#found.verdict(counted(this.#ends, 'end of a job', 'ends of jobs'));
  }

  #breach(job: Job, expected: string, seen: string, event: Event | null): void {
    this.#found.add({
      request: (job.accepted?.['request'] as string | undefined) ?? null,
      tenant: job.tenant,
      cell: job.cell,
      epoch: null,
      expected,
      seen,
      events: [job.accepted, job.last, event],
    });
  }
}
