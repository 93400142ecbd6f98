import type { Event } from '../../cells/runtime/events.ts';
import type { QueueName, QueueReading } from '../state/queue-watch.ts';
import { textOf } from './event-fields.ts';

interface Job {
  readonly cell: string;
  readonly queue: QueueName;
  readonly acceptedMs: number;
  /** Some worker has it. */
  readonly started: boolean;
  readonly dead: boolean;
}

/** Jobs that are open, and those that died, as the cells' own records tell: what stood in the queues is counted from it. */
export class RecordedJobs {
  readonly #jobs: Map<string, Job>;

  constructor(jobs: ReadonlyMap<string, Job> = new Map()) {
    this.#jobs = new Map(jobs);
  }

  copy(): RecordedJobs {
    return new RecordedJobs(this.#jobs);
  }

  take(event: Event, nowMs: number): void {
    const id = textOf(event, 'job');
    const job = this.#jobs.get(id);
    const cell = event.part.split('/')[0] ?? '';
    switch (event.kind) {
      case 'job.accepted':
        return this.#set(id, { cell, queue: queueOf(event), acceptedMs: nowMs, started: false, dead: false });
      case 'job.started':
        return job && this.#set(id, { ...job, started: true, dead: false });
      case 'job.promoted':
        return job && this.#set(id, { ...job, queue: 'xl', started: false });
      case 'job.dead':
        return job && this.#set(id, { ...job, dead: true });
      case 'job.done':
        this.#jobs.delete(id);
    }
  }

  /** The worker is gone: what it had waits again until it is delivered anew. */
  releaseCell(cell: string): void {
    for (const [id, job] of this.#jobs) if (job.cell === cell && job.started) this.#set(id, { ...job, started: false });
  }

  reading(cell: string, queue: QueueName, nowMs: number): QueueReading {
    const here = [...this.#jobs.values()].filter((job) => job.cell === cell && job.queue === queue && !job.dead);
    const waiting = here.filter(({ started }) => !started);
    const oldestMs = waiting.reduce((oldest, { acceptedMs }) => Math.min(oldest, acceptedMs), Infinity);
    return {
      waiting: waiting.length,
      inFlight: here.length - waiting.length,
      oldestAgeMs: waiting.length === 0 ? null : nowMs - oldestMs,
    };
  }

  dead(cell: string): number {
    return [...this.#jobs.values()].filter((job) => job.cell === cell && job.dead).length;
  }

  #set(id: string, job: Job): void {
    this.#jobs.set(id, job);
  }
}

function queueOf(event: Event): QueueName {
  return event['queue'] === 'xl' ? 'xl' : 'standard';
}
