import type { Scheduler } from './scheduler.ts';
import { lowerTripwires, raiseTripwires } from './tripwires.ts';

/** So many turns of the microtask queue are enough for every chain of promises that one event can set off. */
const turnsPerEvent = 10;
/** After so long of real time whatever else this program does has its turn, in milliseconds. */
const sliceMs = 12;
const eventsPerLook = 64;

/** Real milliseconds; kept before anything is watched. */
const realNow = performance.now.bind(performance);

/**
 * Lets virtual time go on until `work` has ended, as fast as it goes. Everything that `work` waits for must come out of the
 * scheduler. Rejects where nothing is left that could happen and `work` still waits.
 */
export async function runVirtually<T>(scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  const state: { over: boolean } = { over: false };
  raiseTripwires();
  const result = work();
  lowerTripwires();
  const ended = () => {
    state.over = true;
  };
  result.then(ended, ended);
  while (!state.over) {
    raiseTripwires();
    try {
      await slice(scheduler, state);
    } finally {
      lowerTripwires();
    }
    if (!state.over) await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  return result;
}

async function slice(scheduler: Scheduler, state: { readonly over: boolean }): Promise<void> {
  const untilMs = realNow() + sliceMs;
  await drain();
  while (!state.over) {
    for (let count = 0; count < eventsPerLook && !state.over; count++) {
      if (!scheduler.step(Number.POSITIVE_INFINITY))
        throw new Error('nothing is left to happen in this world, and something still waits');
      await drain();
    }
    if (realNow() >= untilMs) return;
  }
}

const turned = Promise.resolve();

/** Lets everything follow that the last event has set off. */
export async function drain(): Promise<void> {
  for (let turn = 0; turn < turnsPerEvent; turn++) await turned;
}
