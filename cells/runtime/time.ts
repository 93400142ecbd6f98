/** Something that was set to happen later and has not happened yet. */
export interface Timer {
  /** Does nothing once it has happened. */
  cancel(): void;
}

/** The clock and the timers of a part. Handed in, so that the same code runs by a machine's clock and in virtual time. */
export interface Time {
  /** Unix milliseconds. */
  nowMs(): number;
  /** Milliseconds that never go back; where they begin says nothing. */
  monotonicMs(): number;
  /** Microseconds of the machine's monotonic clock, comparable between the parts of one world. */
  monotonicMicros(): number;
  after(ms: number, run: () => void): Timer;
  every(ms: number, run: () => void): Timer;
  /** At the end of this turn, together with everything else that arrived in it. */
  soon(run: () => void): void;
}

/** Resolves after so many milliseconds of this time. */
export function wait(time: Time, ms: number): Promise<void> {
  return new Promise((resolve) => void time.after(ms, resolve));
}

/** Microseconds of the machine's monotonic clock. */
export function monotonicMicros(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1_000_000 + Math.floor(nanos / 1000);
}

/** The machine's own. */
export const realTime: Time = {
  nowMs: Date.now,
  monotonicMs: () => performance.now(),
  monotonicMicros,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  every(ms, run) {
    const timer = setInterval(run, ms);
    return { cancel: () => clearInterval(timer) };
  },
  soon: (run) => void setImmediate(run),
};
