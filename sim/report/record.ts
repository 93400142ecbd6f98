import type { RunMetrics, RunPetri, RunPlan, Verdict } from '../runs/contract.ts';
import type { Digest } from './digest.ts';

/** A recorded run as the page shows it: the files of its folder, and what its events come to. */
export interface ReportedRun {
  readonly plan: RunPlan;
  readonly petri: RunPetri;
  readonly metrics: RunMetrics;
  readonly verdict: Verdict;
  /** The scenario as it was run, as a file. */
  readonly scenario: string;
  readonly digest: Digest;
  /** When it began, as a person reads it; null in virtual time, which has no date of ours. */
  readonly startedAt: string | null;
  /** How a person names the run in a command: a folder or a packed run. */
  readonly path: string;
  /** How a command begins that can be pasted: `./petri`. */
  readonly word: string;
}
