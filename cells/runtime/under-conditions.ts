import type { Handler } from '../protocol/server.ts';
import { DiskError, type Condition, type Conditions } from './conditions.ts';
import type { Runtime } from './runtime.ts';
import type { Time } from './time.ts';

/** What `conditions.read` answers: measured, not remembered. */
export interface ConditionsSeen {
  /** How far the part's Unix clock is from the machine's. */
  readonly clockOffMs: number;
  /** Null: the part has no volume. */
  readonly volume: {
    readonly usedBytes: number;
    /** What it may hold; null: no bound. */
    readonly bytesMax: number | null;
    /** What it may hold by its config alone. */
    readonly statedBytes: number | null;
    /** What a write of a moment ago came to, and how long it took. */
    readonly write: 'done' | 'full' | 'read-only' | 'failed';
    readonly tookMs: number;
  } | null;
  readonly answers: { readonly share: number; readonly status: number } | null;
}

/**
 * A runtime whose clock is off where the conditions say so, and whose every server takes, beside its own methods:
 * - `conditions.set` {conditions: Condition[]} → null   these and no others hold from now on
 * - `conditions.read` {} → ConditionsSeen
 */
export function underConditions(base: Runtime, conditions: Conditions): Runtime {
  const time = offBy(base.time, () => conditions.now.clockOffMs);
  const handlers: Readonly<Record<string, Handler>> = {
    'conditions.set': (args: { conditions: readonly Condition[] }) => conditions.set(args.conditions),
    'conditions.read': () => look(conditions, base.time, time),
  };
  return {
    time,
    conditions,
    connect: (options) => base.connect(options),
    serve: (options) => base.serve({ ...options, handlers: { ...options.handlers, ...handlers } }),
    newId: () => base.newId(),
  };
}

function offBy(base: Time, byMs: () => number): Time {
  return {
    nowMs: () => base.nowMs() + byMs(),
    monotonicMs: () => base.monotonicMs(),
    monotonicMicros: () => base.monotonicMicros(),
    after: (ms, run) => base.after(ms, run),
    every: (ms, run) => base.every(ms, run),
    soon: (run) => base.soon(run),
  };
}

async function look(conditions: Conditions, machine: Time, own: Time): Promise<ConditionsSeen> {
  const clockOffMs = own.nowMs() - machine.nowMs();
  const { trial, now } = conditions;
  if (!trial) return { clockOffMs, volume: null, answers: now.answers };
  const beganMs = machine.monotonicMs();
  const write = await trial.tryWrite().then(() => 'done' as const, wordFor);
  const tookMs = machine.monotonicMs() - beganMs;
  const volume = {
    usedBytes: await trial.usedBytes(),
    bytesMax: now.bytesMax,
    statedBytes: conditions.stated.bytesMax,
    write,
    tookMs,
  };
  return { clockOffMs, volume, answers: now.answers };
}

function wordFor(error: unknown): 'full' | 'read-only' | 'failed' {
  if (!(error instanceof DiskError)) return 'failed';
  return error.code === 'SQLITE_FULL' ? 'full' : 'read-only';
}
