import type { Event } from '../../cells/runtime/events.ts';

/** What is known of one job. */
export interface Job {
  readonly id: string;
  tenant: string | null;
  cell: string | null;
  /** The answer that told a client (or what a router passed on whole) that it was accepted. */
  accepted: Event | null;
  /** A cell recorded that it accepted it. */
  recorded: boolean;
  /** Effects: ends as done that were the first, as the workers say. */
  effects: number;
  /** Some worker found it done. */
  done: boolean;
  dead: boolean;
  /** Dead, and made open again. */
  redriven: boolean;
  redeliveries: number;
  /** What a client was told last, and when. */
  state: string | null;
  /** Its last end, or what was last said of it while it is open. */
  last: Event | null;
}

/** All jobs of the record, by id. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();

  get(id: string): Job {
    let job = this.#jobs.get(id);
    if (!job) {
      job = {
        ...{ id, tenant: null, cell: null, accepted: null, recorded: false, effects: 0 },
        ...{ done: false, dead: false, redriven: false, redeliveries: 0, state: null, last: null },
      };
      this.#jobs.set(id, job);
    }
    return job;
  }

  all(): Iterable<Job> {
    return this.#jobs.values();
  }
}

/** Known to have ended, by whoever said so last. */
export function hasEnded(job: Job): boolean {
  return job.done || job.dead || job.state === 'done' || job.state === 'dead';
}
