import type { Event } from '../../cells/runtime/events.ts';
import type { Judge, JudgedRun, JudgedWorld, Judgement, OtherRuns } from '../judge/contract.ts';
import type { RunPlan } from '../runs/contract.ts';
import type { Status } from '../state/status.ts';
import { isTrue } from './condition.ts';
import type { WorldDriver } from './driver.ts';
import { OpenMoves } from './open-moves.ts';
import type { Scenario, TimelineEntry } from './scenario.ts';
import { Timeline } from './timeline.ts';

/** Where a run is. `atMs` of the timeline is the scenario's clock. */
export type RunPhase = 'steady' | 'timeline' | 'recovering' | 'reading-back' | 'judging';

export interface RunHooks {
  readonly createJudge: (world: JudgedWorld) => Judge;
  /** Every event of the run, merged and in order, as it comes. */
  readonly onEvents?: (events: readonly Event[]) => void;
  /** The clock is 0 at `startT`, in monotonic microseconds; told before any event at or after it. */
  readonly onClock?: (startT: number) => void;
  readonly onPhase?: (phase: RunPhase) => void;
  /** What other runs of the same seed say; asked after the last event. */
  readonly otherRuns?: () => OtherRuns;
  /** Something of the timeline was begun. */
  readonly onDone?: (done: RunPlan['done'][number]) => void;
  /** Whether the run goes on where a step could not be done, such as a move that the world refuses; without it never. */
  readonly forgives?: (entry: TimelineEntry, error: Error) => boolean;
  /** Aborted: the run is cut short and rolled back. */
  readonly signal?: AbortSignal;
}

export interface RunOutcome {
  readonly judged: JudgedRun;
  /** With why the run proves nothing, where it was cut short. */
  readonly judgement: Judgement;
  readonly done: RunPlan['done'];
  readonly cutShort: readonly string[];
  /** Unix milliseconds of the clock's 0, by the world's own time. */
  readonly startedAt: number;
}

/** Conditions are looked at this often, in the world's own time. */
const lookEveryMs = 250;
const recoverMsDefault = 30_000;
const readBackMsMax = 60_000;
/** Whoever interrupts a run has its world ended soon, healed or not. */
const hastyRollBackMsMax = 10_000;

/**
 * Runs a scenario on a live world to a judgement. The same on every substrate: time is only what the driver says.
 * Whatever happens, traffic is ended, every fault is healed and the driver is ended.
 */
export async function runScenario(scenario: Scenario, driver: WorldDriver, hooks: RunHooks): Promise<RunOutcome> {
  try {
    return await new ScenarioRun(scenario, driver, hooks).go();
  } finally {
    await driver.end();
  }
}

class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #driver: WorldDriver;
  readonly #hooks: RunHooks;
  readonly #timeline: Timeline;
  readonly #moves = new OpenMoves();
  readonly #inconclusive: string[] = [];
  #cut = false;
  #wake: () => void = () => {};
  /** Resolves once the run is cut short. */
  readonly #cutShort: Promise<void>;
  readonly #interrupted: Promise<void>;
  #judge: Judge | null = null;

  constructor(scenario: Scenario, driver: WorldDriver, hooks: RunHooks) {
    this.#scenario = scenario;
    this.#driver = driver;
    this.#hooks = hooks;
    this.#cutShort = new Promise((resolve) => {
      this.#wake = resolve;
    });
    this.#timeline = new Timeline(scenario.timeline, driver, {
      onDone: (done) => hooks.onDone?.(done),
      onFailed: (reason) => this.#cutOff(reason),
      forgives: hooks.forgives,
    });
    this.#interrupted = new Promise((resolve) => {
      const interrupted = () => {
        this.#cutOff('it was interrupted');
        resolve();
      };
      if (hooks.signal?.aborted) interrupted();
      hooks.signal?.addEventListener('abort', interrupted, { once: true });
    });
  }

  async go(): Promise<RunOutcome> {
    const driver = this.#driver;
    const { seed, runMs, expect } = this.#scenario;
    const world: JudgedWorld = { ...(await driver.estate()), seed };
    this.#judge = this.#hooks.createJudge(world);
    driver.onEvents((events) => this.#take(events));
    await this.#attempt('traffic could not be started', () => this.#startTraffic());
    await this.#untilSteady();
    this.#hooks.onPhase?.('timeline');
    const startT = driver.nowT();
    this.#judge.begin(startT);
    this.#hooks.onClock?.(startT);
    const startedAt = (await this.#status())?.now ?? 0;
    if (!this.#cut) {
      this.#timeline.start(startT);
      void this.#watch();
      await Promise.race([driver.wait(runMs), this.#cutShort]);
    }
    this.#timeline.stop();
    this.#hooks.onPhase?.('recovering');
    const recoverWithinMs = expect.recoverWithinMs ?? recoverMsDefault;
    const healedT = await Promise.race([this.#rollBack(recoverWithinMs), this.#soonAfterInterruption()]);
    if (!this.#cut) await this.#untilRecovered(recoverWithinMs);
    if (!this.#cut) {
      this.#hooks.onPhase?.('reading-back');
      await this.#attempt('what was acknowledged could not be read back', () =>
        Promise.race([driver.readBack(readBackMsMax), this.#cutShort]),
      );
    }
    await this.#attempt('the record could not be completed', () => driver.settled());
    const endT = driver.nowT();
    this.#hooks.onPhase?.('judging');
    if (driver.replay) await this.#attempt('the record could not be read', () => this.#replay());
    const times = { startT, healedT, endT, recoverWithinMs };
    return this.#outcome({ ...world, ...times }, startedAt);
  }

  #outcome(judged: JudgedRun, startedAt: number): RunOutcome {
    if (!this.#judge) throw new Error('a run is judged only after it has begun');
    const judgement = this.#judge.end(judged, this.#hooks.otherRuns?.());
    const cutShort = this.#inconclusive;
    return { judged, judgement: withReasons(judgement, cutShort), done: this.#timeline.done, cutShort, startedAt };
  }

  #take(events: readonly Event[]): void {
    if (!this.#driver.replay) this.#keep(events);
    for (const event of events) {
      this.#timeline.take(event);
      this.#moves.take(event);
    }
  }

  async #replay(): Promise<void> {
    await this.#driver.replay?.((events) => this.#keep(events));
  }

  #keep(events: readonly Event[]): void {
    this.#hooks.onEvents?.(events);
    for (const event of events) this.#judge?.take(event);
  }

  async #startTraffic(): Promise<void> {
    const { on, rps, mix, skew } = this.#scenario.world.traffic;
    await this.#driver.act({ do: 'traffic', on, rps, mix, skew });
  }

  async #untilSteady(): Promise<void> {
    const { conditions, withinMs } = this.#scenario.steady;
    this.#hooks.onPhase?.('steady');
    const missing = await this.#until(withinMs, (status) =>
      conditions.filter((condition) => isTrue(condition, status) !== true).map(({ text }) => text),
    );
    if (missing.length > 0)
      this.#cutOff(`the world did not become steady: ${missing.join(', ')} was not so within ${withinMs / 1000} s`);
  }

  /** Ends traffic and heals everything; the moment at which all was healed. */
  async #rollBack(withinMs: number): Promise<number> {
    const heal = () => this.#attempt('not everything could be healed', () => this.#driver.heal(null));
    await this.#attempt('traffic could not be ended', () => this.#driver.act({ do: 'traffic', on: false }));
    await heal();
    if (this.#timeline.isBusy) {
      // What was begun may have waited for the heal, or have hurt something after it.
      await Promise.race([this.#timeline.settled(), this.#driver.wait(withinMs)]);
      await heal();
    }
    return this.#driver.nowT();
  }

  async #soonAfterInterruption(): Promise<number> {
    await this.#interrupted;
    await this.#driver.wait(hastyRollBackMsMax);
    return this.#driver.nowT();
  }

  async #untilRecovered(withinMs: number): Promise<void> {
    await this.#until(withinMs, ({ cells, faults, traffic }) => [
      ...cells.filter(({ health }) => health !== 'serving').map(({ id }) => id),
      ...faults.filter(({ state }) => state !== 'gone').map(({ id }) => id),
      ...(traffic.inFlight ? ['traffic'] : []),
      ...(this.#moves.size > 0 ? ['moves'] : []),
    ]);
  }

  /** Looks until nothing is missing any more, or the time is over; what was missing last. */
  async #until(withinMs: number, missingOf: (status: Status) => readonly string[]): Promise<readonly string[]> {
    const deadlineT = this.#driver.nowT() + withinMs * 1000;
    for (;;) {
      const status = await this.#status();
      const missing = status === null ? [] : missingOf(status);
      if (this.#cut || missing.length === 0 || this.#driver.nowT() >= deadlineT) return missing;
      await Promise.race([this.#driver.wait(lookEveryMs), this.#cutShort]);
    }
  }

  /** Looks at what the timeline waits for, and at what must stop the run, for as long as there is anything to look for. */
  async #watch(): Promise<void> {
    const { stop } = this.#scenario;
    while (!this.#timeline.over && (stop.length > 0 || this.#timeline.waitsForConditions)) {
      await this.#driver.wait(lookEveryMs);
      if (this.#timeline.over) return;
      const status = await this.#status();
      if (status === null || this.#timeline.over) return;
      const reached = stop.find((condition) => isTrue(condition, status) === true);
      if (reached) return this.#cutOff(`it was stopped: ${reached.text}`);
      this.#timeline.look(status);
    }
  }

  async #status(): Promise<Status | null> {
    return this.#driver.status().catch((error: Error) => {
      this.#cutOff(`the world was lost: ${error.message}`);
      return null;
    });
  }

  async #attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: Error) => this.#cutOff(`${what}: ${error.message}`));
  }

  #cutOff(reason: string): void {
    if (!this.#inconclusive.includes(reason)) this.#inconclusive.push(reason);
    this.#cut = true;
    this.#wake();
  }
}

/** A run that was cut short proves nothing, whatever its record shows. */
export function withReasons(judgement: Judgement, cutShort: readonly string[]): Judgement {
  return { ...judgement, inconclusive: [...cutShort.map((reason) => ({ reason })), ...judgement.inconclusive] };
}
