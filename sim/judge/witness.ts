import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantId, InvariantVerdict, OtherRuns, RunTimes } from './contract.ts';
import type { Job } from './jobs.ts';
import type { Row } from './rows.ts';

export type Outcome = 'ok' | 'refused' | 'unknown';

/**
 * One operation of a client with all its attempts: from the first send to the last answer. An attempt in doubt may take effect as
 * long as the world lives, so an operation that ends without an ok after one is `unknown`.
 */
export interface Op {
  readonly request: string;
  readonly tenant: string;
  readonly kind: 'read' | 'write' | 'job' | 'poll';
  readonly key: string | null;
  /** The row that it reads or writes. */
  readonly row: Row | null;
  /** The hash of the value that it writes; null where nobody saw the value. */
  readonly hash: string | null;
  /** Nobody but a router recorded it: acknowledged means that the router wrote the 2xx whole. */
  readonly foreign: boolean;
  /** Part of the final read back. */
  readonly final: boolean;
  /** Monotonic microseconds of the first send. */
  readonly sentT: number;
  /** The first `request.sent`; null for a foreign one. */
  readonly sent: Event | null;

  attempts: number;
  /** An attempt that was sent and not answered yet. */
  waiting: boolean;
  /** An attempt of it may have taken effect. */
  doubted: boolean;
  /** Null while it is under way. */
  outcome: Outcome | null;
  /** The last answer. */
  answer: Event | null;
  status: number | null;
  version: number | null;
  /** The hash of the value that was read, or that the cell says it has written. */
  seenHash: string | null;
  cell: string | null;
  epoch: number | null;
  /** The job that was submitted or asked after. */
  job: string | null;
  state: string | null;

  /** What was known of its row when it was first sent: the newest version seen, and acknowledged, and how many were acknowledged. */
  floor: number;
  ackFloor: number;
  ackCount: number;
  /** The newest epoch under which its tenant had been answered when it was first sent. */
  epochFloor: number;
  /** Effects of it that cells recorded, and the version or job of the first. */
  effects: number;
  effect: string | null;
}

/** An effect of a request, as the web task recorded it once Aurora had committed it. */
export interface Effect {
  readonly event: Event;
  readonly tenant: string;
  readonly cell: string;
  readonly epoch: number;
  /** The operation that asked for it, where it is known. */
  readonly op: Op | null;
  readonly row: Row | null;
  /** An etag or a job's id: what distinguishes this effect from another. */
  readonly name: string;
  /** It was committed before, under the same key. */
  readonly replayed: boolean;
}

/**
 * What the books tell, in the order of the merged log and before they note it themselves, so that a row or a job is seen as it was
 * until then. Each takes what it has a method for.
 */
export interface Witness {
  /** An operation was sent for the first time. Foreign ones are only seen to end. */
  sent?(op: Op): void;
  /** It ended: acknowledged, surely without effect, or in doubt. */
  ended?(op: Op): void;
  committed?(effect: Effect): void;
  /** A cell recorded an effect of a request that a router says was refused. */
  contradicted?(effect: Effect, refusal: Event): void;
  /** Something is about to happen to a job. */
  job?(job: Job, event: Event): void;
  /** An answer that nobody waits for: to nothing that was sent, or a second one. */
  strayed?(event: Event): void;
  /** A client and the router say different things of one attempt. */
  differed?(op: Op, client: Event, router: Event): void;
  /** Any event that is not about a request, a write or a job: faults, parts, cells, maps, moves. */
  happened?(event: Event): void;
  /** A router's record of a request, whoever sent it, and a client's where no answer came. */
  seen?(event: Event): void;
}

/** A judge of one invariant: told by the books, then asked once. Pure: no clock, no disk. */
export interface Checker extends Witness {
  readonly id: InvariantId;
  /** True where what it finds stays found though events are missing: both sides of every violation were seen. */
  readonly survivesGaps: boolean;
  end(times: RunTimes, other: OtherRuns): InvariantVerdict;
}
