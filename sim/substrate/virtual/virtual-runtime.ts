import { Conditions } from '../../../cells/runtime/conditions.ts';
import type { EventSink, Event } from '../../../cells/runtime/events.ts';
import type { Runtime } from '../../../cells/runtime/runtime.ts';
import type { Time, Timer } from '../../../cells/runtime/time.ts';
import { underConditions } from '../../../cells/runtime/under-conditions.ts';
import type { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';
import { serveVirtual, VirtualRpcClient } from './virtual-rpc.ts';
import type { Network } from './wire.ts';

/** Unix milliseconds at which every virtual world begins: 2026-01-01, noon. */
export const beginsAtMs = Date.UTC(2026, 0, 1, 12);
/** Monotonic microseconds at which it begins: more than nothing, as on a machine that has been up for a while. */
export const beginsT = 1_000_000_000;

export function timeOf(life: Pick<Life, 'plan'>, scheduler: Scheduler): Time {
  return {
    nowMs: () => beginsAtMs + Math.floor((scheduler.t - beginsT) / 1000),
    monotonicMs: () => scheduler.t / 1000,
    monotonicMicros: () => scheduler.t,
    after: (ms, run) => life.plan(Math.max(1, Math.ceil(ms * 1000)), run),
    every(ms, run) {
      const everyT = Math.max(1, Math.round(ms * 1000));
      let timer: Timer;
      const again = () => {
        timer = life.plan(everyT, again);
        run();
      };
      timer = life.plan(everyT, again);
      return { cancel: () => timer.cancel() };
    },
    soon: (run) => void life.plan(1, run),
  };
}

/** What one life of a part is handed in virtual time. */
export function virtualRuntime(network: Network, life: Life, volumeBytes: number | null): Runtime {
  let ids = 0;
  const conditions = new Conditions(volumeBytes);
  const base: Runtime = {
    conditions,
    time: timeOf(life, network.scheduler),
    connect: (options) => new VirtualRpcClient(network, life, options),
    serve: (options) => serveVirtual(network, life, options),
    newId: () => `${life.name}-${(++ids).toString(36)}`,
  };
  return underConditions(base, conditions);
}

/** Stamps what a life records. */
export function sinkOf(life: Life, scheduler: Scheduler, time: Time, emit: (event: Event) => void): EventSink {
  let seq = 0;
  const { address: part, name } = life;
  return {
    record(kind, fields) {
      if (!life.alive) return;
      emit({ v: 1, t: scheduler.t, at: time.nowMs(), seq: ++seq, life: name, part, kind, ...fields });
    },
  };
}
