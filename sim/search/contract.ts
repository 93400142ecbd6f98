import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantId, InvariantVerdict } from '../judge/contract.ts';
import type { Scenario, Trigger } from '../scenario/scenario.ts';

/** What one run in virtual time showed, as a search needs it. */
export interface Played {
  /** Invariants that were violated, in the judge's order, with what was seen. */
  readonly violated: readonly InvariantVerdict[];
  /** Why it proves nothing, where it does not. */
  readonly inconclusive: readonly string[];
  /** Where asked for: for each entry of the timeline, the events of this run that it could wait for instead of a time. */
  readonly triggers?: readonly (readonly Trigger[])[];
  /** The `sometimes` goals that it met. */
  readonly met: readonly string[];
  /** How long it was, on its own clock. */
  readonly virtualMs: number;
  readonly events: number;
  /** Entries of the timeline that the world refused to do, such as a move of a tenant that already moves: where they stand in it. */
  readonly refused: readonly number[];
}

/** Runs one scenario in virtual time and has it judged. Rejects where the simulation itself broke: a bug of Petri's. */
export type Play = (scenario: Scenario, options: PlayOptions) => Promise<Played>;

export interface PlayOptions {
  readonly triggers: boolean;
  readonly onEvent?: (event: Event) => void;
}

/** A seed whose schedule is to be drawn and run, or a scenario as it is. */
export type Task =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'scenario'; readonly scenario: Scenario; readonly triggers?: boolean };

export type Answer =
  | { readonly kind: 'played'; readonly played: Played }
  /** `message` with its stack: the simulation broke. */
  | { readonly kind: 'broken'; readonly message: string };

/** Whether this is what a search is after: a violation, or one of this invariant, in a run that proves something. */
export function isFind({ violated, inconclusive }: Played, wanted: InvariantId | null): boolean {
  if (inconclusive.length > 0) return false;
  return wanted === null ? violated.length > 0 : violated.some(({ id }) => id === wanted);
}
