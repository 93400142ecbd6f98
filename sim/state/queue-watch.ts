import type { QueueStatus } from './status.ts';

/** One reading of a queue, as the engine gave it. */
export interface QueueReading {
  readonly waiting: number;
  readonly inFlight: number;
  readonly oldestAgeMs: number | null;
}

export type QueueName = 'standard' | 'xl';

const samplesMs = 6000;
const slopeSamplesMs = 3000;

interface Watched {
  readable: boolean;
  last: QueueReading | null;
  readAt: number | null;
}

/** The queues of one cell: what was read last, whether it can be read now, and where the backlog is going. Times are handed in. */
export class QueueWatch {
  readonly #queues: Record<QueueName, Watched> = {
    standard: { readable: false, last: null, readAt: null },
    xl: { readable: false, last: null, readAt: null },
  };
  #samples: { readonly timeMs: number; readonly open: number }[] = [];
  #usual = 0;

  copy(): QueueWatch {
    const copy = new QueueWatch();
    for (const queue of ['standard', 'xl'] as const) Object.assign(copy.#queues[queue], this.#queues[queue]);
    copy.#samples = this.#samples;
    copy.#usual = this.#usual;
    return copy;
  }

  /** `reading` null: the engine did not answer. `nowMs` monotonic, `at` Unix. */
  read(queue: QueueName, reading: QueueReading | null, nowMs: number, at: number): void {
    const watched = this.#queues[queue];
    watched.readable = reading !== null;
    if (!reading) return;
    watched.last = reading;
    watched.readAt = at;
    if (queue === 'xl') this.#sample(nowMs);
  }

  /** The cell is well: what is open now is what is usual there (a slow average). */
  learn(): void {
    const open = this.open();
    if (open !== null) this.#usual += (open - this.#usual) * 0.05;
  }

  /** `frozen` only where jobs are known to be there: {@link QueueStatus}. */
  status(queue: QueueName, nothingTakes: boolean): QueueStatus {
    const { readable, last, readAt } = this.#queues[queue];
    const held = last ? last.waiting + last.inFlight : 0;
    return {
      waiting: readable && last ? last.waiting : null,
      inFlight: readable && last ? last.inFlight : null,
      oldestAgeMs: readable && last ? last.oldestAgeMs : null,
      readMs: readAt,
      last,
      frozen: nothingTakes && held > 0,
    };
  }

  /** Jobs in both queues, waiting and in flight; null while one of them cannot be read. */
  open(): number | null {
    const { standard, xl } = this.#queues;
    if (!standard.readable || !xl.readable || !standard.last || !xl.last) return null;
    return standard.last.waiting + standard.last.inFlight + xl.last.waiting + xl.last.inFlight;
  }

  oldestAgeMs(): number | null {
    const { standard, xl } = this.#queues;
    if (this.open() === null) return null;
    const ages = [standard.last?.oldestAgeMs, xl.last?.oldestAgeMs].filter((age) => typeof age === 'number');
    return ages.length === 0 ? null : Math.max(...ages);
  }

  /** True while far more is open than is usual, or a job waits that long ago should have been taken. */
  behind(): boolean {
    const open = this.open();
    return open !== null && (open > 10 + 2 * this.#usual || (this.oldestAgeMs() ?? 0) > 5000);
  }

  /** Jobs a second, negative where the backlog falls; null where too little was read. */
  slopePerSecond(): number | null {
    const newest = this.#samples.at(-1);
    const oldest = this.#samples.find(({ timeMs }) => newest && timeMs >= newest.timeMs - slopeSamplesMs);
    if (!newest || !oldest || newest.timeMs - oldest.timeMs < 1000) return null;
    return ((newest.open - oldest.open) * 1000) / (newest.timeMs - oldest.timeMs);
  }

  /** How long until the backlog is gone by its present slope, in milliseconds; null where it does not fall or is not known. */
  clearInMs(): number | null {
    const open = this.open();
    const slope = this.slopePerSecond();
    if (open === null || open === 0 || slope === null || slope > -0.2) return null;
    return Math.round((open / -slope) * 1000);
  }

  #sample(timeMs: number): void {
    const open = this.open();
    if (open === null) this.#samples = [];
    else this.#samples = [...this.#samples.filter((sample) => sample.timeMs >= timeMs - samplesMs), { timeMs, open }];
  }
}
