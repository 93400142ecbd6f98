import type { Judgement, JudgedRun } from '../judge/contract.ts';
import type { SubstrateName } from '../substrate/substrate.ts';

/**
 * A run's folder, `runs/<utc>-<scenario>-<seed>/`: everything that the report, the replay and the judge show derives from it.
 * `petri pack` makes it one file. Formats are numbered; another format is refused with what to do.
 *
 *   plan.json       RunPlan
 *   events.ndjson   one event a line, merged, in order of `t`, then life, then seq
 *   metrics.json    RunMetrics
 *   verdict.json    Verdict
 *   scenario.yaml   as it was run, or as it can be run again
 *   world.yaml      the world of it
 *   petri.json      RunPetri
 *   logs/           what parts printed, on real substrates
 */
export const runFormat = 1;

export interface RunPlan {
  readonly format: 1;
  readonly scenario: string;
  readonly seed: number;
  readonly bug: string | null;
  /** What the judge needs: judged again from here and `events.ndjson` alone. */
  readonly judged: JudgedRun;
  /** What was done when, in milliseconds of the scenario's clock, as commands that a person could type. */
  readonly done: readonly { readonly atMs: number; readonly command: string }[];
  /** Unix milliseconds of the scenario's 0; in virtual time a fixed date. */
  readonly startedAt: number;
  /** Why the run was not run to its end, where it was not: it proves nothing then. */
  readonly cutShort?: readonly string[];
}

/** One row per second of the run, for pictures; times are milliseconds of the scenario's clock. */
export interface RunMetrics {
  readonly format: 1;
  readonly everyMs: number;
  readonly cells: Readonly<Record<string, RunSeries>>;
}

/** Columns of equal length; null: nobody could read it. */
export interface RunSeries {
  readonly ok: readonly number[];
  readonly refused: readonly number[];
  readonly unknown: readonly number[];
  readonly latencyMsP50: readonly (number | null)[];
  readonly latencyMsP99: readonly (number | null)[];
  readonly jobsOpen: readonly number[];
  /** Tenants with at least one error in that second. */
  readonly tenantsHit: readonly number[];
}

export interface Verdict {
  readonly format: 1;
  /** `held` exit 0, `violated` exit 1, `inconclusive` exit 2. */
  readonly verdict: 'held' | 'violated' | 'inconclusive';
  /** One sentence that a person reads first. */
  readonly headline: string;
  readonly expectations: readonly ExpectationResult[];
  readonly judgement: Judgement;
}

export interface ExpectationResult {
  /** As the file names it: `blastRadius`, `errors.outside`, `recoverWithin`, `invariants.no-lost-write`. */
  readonly name: string;
  readonly state: 'held' | 'violated' | 'unknown' | 'skipped';
  /** With its unit, as a person reads it: `34%`, `15 s`. */
  readonly expected: string;
  readonly measured: string;
}

export interface RunPetri {
  readonly version: string;
  readonly on: SubstrateName;
  readonly engine: string;
  readonly node: string;
  readonly system: string;
  readonly images: Readonly<Record<string, string>>;
}
