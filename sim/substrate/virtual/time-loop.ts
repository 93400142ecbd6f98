import type { Scheduler } from './scheduler.ts';
import { lowerTripwires, raiseTripwires } from './tripwires.ts';

/** After so long of real time whatever else this program does has its turn, in milliseconds. */
const sliceMs = 12;
const eventsPerLook = 64;

/** Real milliseconds; kept before anything is watched. */
const realNow = performance.now.bind(performance);

/**
 * Lets everything follow that the last event has set off: Node's own way to empty the queue of microtasks, from a callback of the
 * event loop. It is not in Node's documentation and has been there since 0.10; awaiting a fixed number of turns instead costs a
 * third of a run, and a longer chain of promises would reach over into the next event.
 */
const drain = (process as unknown as { _tickCallback(): void })._tickCallback;

/**
 * Lets virtual time go on until `work` has ended, as fast as it goes. Everything that `work` waits for must come out of the
 * scheduler. Rejects where nothing is left that could happen and `work` still waits.
 */
export async function runVirtually<T>(scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  const state = { over: false };
  raiseTripwires();
  const result = work();
  lowerTripwires();
  const ended = () => {
    state.over = true;
  };
  result.then(ended, ended);
  await new Promise<void>((resolve, reject) => {
    const go = () => {
      try {
        slice(scheduler, state);
      } catch (error) {
        return reject(error as Error);
      }
      if (state.over) resolve();
      else setImmediate(go);
    };
    setImmediate(go);
  });
  return result;
}

function slice(scheduler: Scheduler, state: { readonly over: boolean }): void {
  const untilMs = realNow() + sliceMs;
  raiseTripwires();
  try {
    drain();
    while (!state.over) {
      for (let count = 0; count < eventsPerLook && !state.over; count++) {
        if (!scheduler.step(Number.POSITIVE_INFINITY))
          throw new Error('nothing is left to happen in this world, and something still waits');
        drain();
      }
      if (realNow() >= untilMs) return;
    }
  } finally {
    lowerTripwires();
  }
}
