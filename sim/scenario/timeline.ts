import type { Event } from '../../cells/runtime/events.ts';
import type { RunPlan } from '../runs/contract.ts';
import type { Status } from '../state/status.ts';
import { isTrue } from './condition.ts';
import type { WorldDriver } from './driver.ts';
import { EventTriggers } from './event-triggers.ts';
import type { Condition, Step, TimelineEntry } from './scenario.ts';
import { commandOfStep } from './step-command.ts';

type Done = RunPlan['done'][number];

interface TimelineHooks {
  readonly onDone: (done: Done) => void;
  /** A step could not be done, and why: the run shows nothing of what it is about. */
  readonly onFailed: (reason: string) => void;
  /** Whether the run goes on all the same; without it never. */
  readonly forgives?: ((entry: TimelineEntry, error: Error) => boolean) | undefined;
}

/** Does the steps of a timeline when their time has come. Those of one moment are done one after another, in the file's order. */
export class Timeline {
  readonly #driver: WorldDriver;
  readonly #hooks: TimelineHooks;
  readonly #entries: readonly TimelineEntry[];
  readonly #after: EventTriggers<TimelineEntry>;
  readonly #running = new Set<Promise<void>>();
  #waiting: readonly { readonly entry: TimelineEntry; readonly condition: Condition }[];
  #startT: number | null = null;
  readonly done: Done[] = [];
  over = false;

  constructor(entries: readonly TimelineEntry[], driver: WorldDriver, hooks: TimelineHooks) {
    this.#entries = entries;
    this.#driver = driver;
    this.#hooks = hooks;
    this.#after = new EventTriggers(
      entries.flatMap((entry) => (entry.trigger.kind === 'after' ? [{ trigger: entry.trigger, entry }] : [])),
    );
    this.#waiting = entries.flatMap((entry) =>
      entry.trigger.kind === 'when' ? [{ entry, condition: entry.trigger.condition }] : [],
    );
  }

  get waitsForConditions(): boolean {
    return this.#waiting.length > 0;
  }

  /** Something that was begun is not done yet. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** The clock is 0 at `startT`, in monotonic microseconds. */
  start(startT: number): void {
    this.#startT = startT;
    const moments = new Map<number, TimelineEntry[]>();
    for (const entry of this.#entries) {
      if (entry.trigger.kind !== 'at') continue;
      const { ms } = entry.trigger;
      moments.set(ms, [...(moments.get(ms) ?? []), entry]);
    }
    for (const [ms, entries] of moments) void this.#at(ms, entries);
  }

  /** Nothing is begun any more. */
  stop(): void {
    this.over = true;
  }

  /** Resolves once what was begun is done. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Events before the clock began count for nobody. */
  take(event: Event): void {
    if (this.over || this.#startT === null || event.t < this.#startT) return;
    for (const entry of this.#after.take(event)) this.#begin([entry]);
  }

  look(status: Status): void {
    const due = this.#waiting.filter(({ condition }) => isTrue(condition, status) === true);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((each) => !due.includes(each));
    this.#begin(due.map(({ entry }) => entry));
  }

  async #at(ms: number, entries: readonly TimelineEntry[]): Promise<void> {
    await this.#driver.wait(ms - this.#atMs());
    if (!this.over) this.#begin(entries);
  }

  #begin(entries: readonly TimelineEntry[]): void {
    const running = this.#doAll(entries).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #doAll(entries: readonly TimelineEntry[]): Promise<void> {
    for (const entry of entries) {
      const { step, line } = entry;
      if (this.over) return;
      const done = { atMs: Math.round(this.#atMs()), command: commandOfStep(step) };
      this.done.push(done);
      this.#hooks.onDone(done);
      try {
        await doStep(step, this.#driver);
      } catch (error) {
        if (this.#hooks.forgives?.(entry, error as Error)) continue;
        const where = line > 0 ? ` (line ${line})` : '';
        return this.#hooks.onFailed(`${done.command}${where} could not be done: ${(error as Error).message}`);
      }
    }
  }

  #atMs(): number {
    return (this.#driver.nowT() - (this.#startT ?? 0)) / 1000;
  }
}

async function doStep(step: Step, driver: WorldDriver): Promise<void> {
  switch (step.kind) {
    case 'fault': {
      const { fault: kind, target, settings, forMs, hold } = step;
      await driver.inject({ kind, target, settings, forMs, hold });
      return;
    }
    case 'heal':
      return heal(step.target, driver);
    case 'set':
      return driver.setPolicy(step.policy, step.value);
    case 'action':
      return driver.act(step.action);
  }
}

/** What has ended by itself needs no healing. */
async function heal(target: string | null, driver: WorldDriver): Promise<void> {
  if (target === null) {
    await driver.heal(null);
    return;
  }
  const { faults } = await driver.status();
  const open = faults.filter((fault) => fault.state !== 'gone' && (fault.kind === target || fault.target === target));
  await Promise.all(open.map(({ id }) => driver.heal(id)));
}
