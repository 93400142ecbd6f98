import type { Event } from '../../cells/runtime/events.ts';
import type { CellMap } from '../../router/cell-map.ts';
import type { Estate } from '../ledger/dependency.ts';
import type { Courses } from './counterfactual.ts';
import type { SubstrateName } from '../substrate/substrate.ts';

/** The invariants, by their ids: `expect:`, verdicts, JUnit and lessons name them. */
export const invariantIds = [
  'no-lost-write',
  'no-phantom',
  'row-order',
  'once-per-key',
  'no-lost-job',
  'job-once',
  'isolation',
  'blast-radius',
  'one-home',
  'no-zombie-write',
  'conservation',
  'recovery',
  'faults-accounted',
  'same-bytes',
] as const;

export type InvariantId = (typeof invariantIds)[number];

/** `unknown`: the record does not tell. `skipped`: nobody could see it there, and `reason` says why. Neither is ever a pass. */
export type InvariantState = 'held' | 'violated' | 'unknown' | 'skipped';

/** One breach, told so that a person understands it. */
export interface Violation {
  readonly request: string | null;
  readonly tenant: string | null;
  readonly cell: string | null;
  readonly epoch: number | null;
  readonly expected: string;
  readonly seen: string;
  /** The few events that led there, oldest first: at most ten. */
  readonly events: readonly Event[];
}

export interface InvariantVerdict {
  readonly id: InvariantId;
  readonly state: InvariantState;
  /** One sentence; null where it held and there is nothing to say. */
  readonly reason: string | null;
  /** How many there are; `violations` names the first twenty. */
  readonly count: number;
  readonly violations: readonly Violation[];
  /** How much was looked at, in words: `1,204 acknowledged writes of 431 rows`. */
  readonly looked: string;
}

/** What the judge is told of a world before its first event. */
export interface JudgedWorld {
  readonly on: SubstrateName;
  readonly seed: number;
  /** The map as the run began, and the parts that ought to run. */
  readonly map: CellMap;
  readonly parts: Estate['parts'];
  readonly onLoss: NonNullable<Estate['onLoss']>;
  /** How long a service waits before it replaces a task, in milliseconds; not in records of before it was told. */
  readonly replaceAfterMs?: number;
  /** The part that holds Petri's own clients: its record of a request is what the client was told. */
  readonly client: 'traffic';
  /** What of the judgement a service of the user's own lets nobody see, and why. Empty for Petri's own cells. */
  readonly skipped: readonly { readonly invariant: InvariantId; readonly reason: string }[];
}

/** What is known of a run's clock only once it is over. Monotonic microseconds, as events are stamped. */
export interface RunTimes {
  /** The scenario's clock is 0 here; events before it (a world that grows, and its steady state) are part of the history, and are no errors. */
  readonly startT: number;
  /** The timeline was over and everything healed. */
  readonly healedT: number;
  /** The record ends. */
  readonly endT: number;
  /** How long after `healedT` everything must have recovered, in milliseconds. */
  readonly recoverWithinMs: number;
}

/** All that it is told beside the events: a recorded run is judged again from this. */
export type JudgedRun = JudgedWorld & RunTimes;

/**
 * All invariants over one run: `createJudge(world: JudgedWorld): Judge`. Pure, and it keeps no more than it needs: a run in virtual
 * time is judged while it happens, when nobody knows yet when it will have been healed. So `take` may ask for `startT` alone.
 */
export interface Judge {
  /** Every event in the order of the merged log, from the world's first on. */
  take(event: Event): void;
  /** The scenario's clock begins; called once, before any event at or after `startT` is taken. */
  begin(startT: number): void;
  /** Called once, after the last event. */
  end(times: RunTimes, other?: OtherRuns): Judgement;
}

/** What takes more than one run to know. */
export interface OtherRuns {
  /** Hashes of the logs of several runs under the same seed, for `same-bytes`. */
  readonly logHashes?: readonly string[];
  /** What tenants went through in this run, and in the run of the same seed without its faults, for `blast-radius`. */
  readonly counterfactual?: { readonly courses: Courses; readonly without: Courses };
}

/** Why a run can prove nothing, whatever the invariants say: exit 2. */
export interface Inconclusive {
  readonly reason: string;
}

export interface Judgement {
  readonly invariants: readonly InvariantVerdict[];
  /** Empty where the run is a proof of what it shows. */
  readonly inconclusive: readonly Inconclusive[];
  /** Counted over the whole run, for `expect` and the summary. */
  readonly facts: RunFacts;
}

export interface RunFacts {
  /** First attempts by Petri's clients, and how they ended for the client in the end. */
  readonly requests: {
    readonly offered: number;
    readonly ok: number;
    readonly refused: number;
    readonly unknown: number;
    readonly inFlight: number;
  };
  /** Attempts with an error, by the tenant's side of the predicted set while a fault was open; `outside` counts tenants never predicted. */
  readonly errors: { readonly all: number; readonly inside: number; readonly outside: number };
  readonly blastRadius: {
    readonly predictedRatio: number;
    readonly measuredRatio: number;
    readonly hit: readonly string[];
    readonly leaks: readonly string[];
  };
  /** From the first fault's taking until a router found the cell down; null where none did. Milliseconds. */
  readonly detectedAfterMs: number | null;
  /** From the last fault's end until every affected cell served again and no request failed; null where it did not. Milliseconds. */
  readonly recoveredAfterMs: number | null;
  /** The largest age at which a job of the standard queue was received, in milliseconds; null where there was none. */
  readonly queueAgeMsMax: number | null;
  /** Requests answered ok a second, over the whole run, as a ratio of those offered. */
  readonly goodputRatio: number;
  readonly jobs: {
    readonly accepted: number;
    readonly done: number;
    readonly dead: number;
    readonly open: number;
    readonly redelivered: number;
  };
}
