import type { Event } from '../../cells/runtime/events.ts';

const jobsMax = 50_000;

/** Counts what the workers say about deliveries and effects of jobs. Bounded: the oldest jobs are forgotten first. */
export class JobCounts {
  /** Monotonic milliseconds of each redelivery, oldest first. */
  #redeliveries: number[] = [];
  readonly #effects = new Set<string>();
  #twice: number[] = [];

  record(event: Event): void {
    if (event.kind === 'job.redelivered') {
      this.#redeliveries.push(event.t / 1000);
      if (this.#redeliveries.length > jobsMax) this.#redeliveries = this.#redeliveries.slice(jobsMax / 2);
    } else if (event.kind === 'job.done' && event['already'] !== true) {
      this.#effect(String(event['job']), event.t / 1000);
    }
  }

  /** Deliveries after the first (`rerun`), and effects after the first (`twice`, which must stay 0), since a time. */
  since(sinceMs: number): { readonly rerun: number; readonly twice: number } {
    const after = (times: readonly number[]) => times.filter((timeMs) => timeMs >= sinceMs).length;
    return { rerun: after(this.#redeliveries), twice: after(this.#twice) };
  }

  #effect(job: string, timeMs: number): void {
    if (this.#effects.has(job)) this.#twice.push(timeMs);
    this.#effects.add(job);
    if (this.#effects.size > jobsMax) {
      const oldest = this.#effects.values().next().value;
      if (oldest !== undefined) this.#effects.delete(oldest);
    }
  }
}
