import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantVerdict, RunTimes } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { hasEnded, type Jobs } from './jobs.ts';
import { whose } from './no-lost-write.ts';
import type { Checker, Op } from './witness.ts';

/** A client gives up after 10 s; whoever has heard nothing for so long, in microseconds, has been forgotten. */
const forgottenAfterT = 30_000_000;

/** offered = ok + refused + unknown + in flight, for requests; accepted = done + dead + open, for jobs. */
export class Conservation implements Checker {
  readonly id = 'conservation';
  readonly survivesGaps = false;
  readonly #underWay: () => Iterable<Op>;
  readonly #jobs: Jobs;
  readonly #found = new Findings(this.id);
  /** Submissions in doubt, by tenant: each may have been accepted without anybody's knowing. */
  readonly #doubtful = new Map<string, number>();
  #offered = 0;
  #clientDiedT = -Infinity;
  #metClient = false;
  #joinedLate = false;

  constructor(underWay: () => Iterable<Op>, jobs: Jobs) {
    this.#underWay = underWay;
    this.#jobs = jobs;
  }

  sent(op: Op): void {
    this.#meet(op.sent!);
    this.#offered++;
  }

  ended(op: Op): void {
    if (op.kind === 'job' && op.outcome === 'unknown') this.#mayHaveAccepted(op);
  }

  strayed(event: Event): void {
    this.#meet(event);
    if (this.#joinedLate) return;
    this.#found.add({
      request: event['request'] as string,
      tenant: (event['tenant'] as string | null) ?? null,
      cell: (event['cell'] as string | null) ?? null,
      epoch: (event['epoch'] as number | null) ?? null,
      expected: 'one answer to each attempt that was sent',
      seen: 'an answer to an attempt that was never sent or had been answered',
      events: [event],
    });
  }

  differed(op: Op, client: Event, router: Event): void {
    if (op.tenant !== router['tenant']) return;
    // Where the connection broke on the way back each side has seen another end.
    if (client['status'] === null || router['status'] === 499 || router['reason'] === 'answer-cut-off') return;
    this.#found.add({
      ...whose(op),
      expected: `the answer that the router recorded, ${String(router['status'])}`,
      seen: `the client was told ${String(client['status'])}`,
      events: [op.sent, client, router],
    });
  }

  happened(event: Event): void {
    if (event.kind === 'part.died' && event['address'] === 'traffic') this.#clientDiedT = event.t;
  }

  end({ endT }: RunTimes): InvariantVerdict {
    for (const op of this.#underWay()) this.#stillUnderWay(op, endT);
    const jobs = this.#countJobs();
    return this.#found.verdict(`${counted(this.#offered, 'request')}, ${counted(jobs, 'job')}`);
  }

  #meet(event: Event): void {
    if (this.#metClient) return;
    this.#metClient = true;
    this.#joinedLate = event.seq > 1;
  }

  #mayHaveAccepted({ tenant }: Op): void {
    this.#doubtful.set(tenant, (this.#doubtful.get(tenant) ?? 0) + 1);
  }

  #stillUnderWay(op: Op, endT: number): void {
    if (op.kind === 'job') this.#mayHaveAccepted(op);
    if (op.sentT <= this.#clientDiedT || op.sentT > endT - forgottenAfterT || !op.waiting) return;
    this.#found.add({
      ...whose(op),
      expected: 'an end of every request: ok, refused or unknown',
      seen: `no answer and no failure ${Math.round((endT - op.sentT) / 1_000_000)} s after it was sent`,
      events: [op.sent],
    });
  }

  /** What was worked on must have been accepted; an acceptance in doubt may stand behind it. */
  #countJobs(): number {
    let jobs = 0;
    for (const job of this.#jobs.all()) {
      if (job.state === 'none' && job.last?.kind === 'request.answered' && job.accepted === null) continue;
      jobs++;
      if (job.accepted !== null || job.recorded || job.tenant === null) continue;
      const left = this.#doubtful.get(job.tenant) ?? 0;
      this.#doubtful.set(job.tenant, left - 1);
      if (left > 0 || this.#joinedLate || !(hasEnded(job) || job.redeliveries > 0)) continue;
      this.#found.add({
        ...{ request: null, tenant: job.tenant, cell: job.cell, epoch: null },
        expected: `only jobs that ${job.tenant} submitted`,
        seen: `job ${job.id}, which nobody is known to have submitted`,
        events: [job.last],
      });
    }
    return jobs;
  }
}
