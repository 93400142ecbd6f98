/** A longer gap than this between two looks is a sleep, in milliseconds. */
const sleepMsMin = 5000;

interface Look {
  readonly unixMs: number;
  readonly monotonicMs: number;
}

export interface Sleep {
  readonly awayMs: number;
  /** Monotonic milliseconds of the last look before it. */
  readonly fromMs: number;
}

/** Notices that nobody looked for a while: the lid was closed, or this process was stopped. */
export class SleepWatch {
  #before: Look | null = null;

  /** Called a few times a second; the sleep that has just ended, or null. */
  look(now: Look): Sleep | null {
    const before = this.#before;
    this.#before = now;
    if (!before) return null;
    // Some systems' monotonic clocks stand still while the machine sleeps, so both are asked.
    const awayMs = Math.max(now.unixMs - before.unixMs, now.monotonicMs - before.monotonicMs);
    return awayMs < sleepMsMin ? null : { awayMs, fromMs: before.monotonicMs };
  }
}
