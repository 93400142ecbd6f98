import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { hasEnded, type Job, type Jobs } from './jobs.ts';
import type { Checker } from './witness.ts';

/** Every job whose acceptance was acknowledged ends. */
export class NoLostJob implements Checker {
  readonly id = 'no-lost-job';
  readonly survivesGaps = false;
  readonly #jobs: Jobs;
  readonly #found = new Findings(this.id);

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  end(): InvariantVerdict {
    let accepted = 0;
    let unasked = 0;
    for (const job of this.#jobs.all()) {
      if (job.accepted === null) continue;
      accepted++;
      if (job.state === 'none') this.#lost(job, 'no such job');
      else if (hasEnded(job)) continue;
      else if (job.state === null) unasked++;
      else this.#lost(job, `it is ${job.state} still when the record ends`);
    }
    if (unasked > 0) {
      this.#found.doubt(`what became of ${counted(unasked, 'accepted job')} nobody recorded and nobody could ask`);
    }
    return this.#found.verdict(counted(accepted, 'accepted job'));
  }

  #lost(job: Job, seen: string): void {
    this.#found.add({
      request: (job.accepted?.['request'] as string | undefined) ?? null,
      tenant: job.tenant,
      cell: job.cell,
      epoch: (job.accepted?.['epoch'] as number | null | undefined) ?? null,
      expected: `job ${job.id}, whose acceptance was acknowledged, to end`,
      seen,
      events: [job.accepted, job.last],
    });
  }
}
