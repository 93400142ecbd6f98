import type { InvariantId } from '../judge/contract.ts';
import type { PolicyName } from '../world/policies.ts';
import type { World } from '../world/world.ts';

/** A scenario as a run needs it: every default filled in, every duration in milliseconds. Made from a file by `schema.ts`. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  /** The world's own seed is the scenario's. */
  readonly world: World;
  /** A planted bug that composition puts in; null: none. */
  readonly bug: string | null;
  /** What must be so before the timeline begins, and how long it may take to become so. */
  readonly steady: { readonly conditions: readonly Condition[]; readonly withinMs: number };
  readonly timeline: readonly TimelineEntry[];
  /** Where one of these comes true the run is stopped and everything healed: inconclusive. */
  readonly stop: readonly Condition[];
  /** How long the timeline's clock runs, in milliseconds; then traffic ends, everything is healed, recovers and is read back. */
  readonly runMs: number;
  readonly expect: Expectations;
}

export interface TimelineEntry {
  /** Where it stands in the file, for messages; 0 where it comes from no file. */
  readonly line: number;
  readonly trigger: Trigger;
  readonly step: Step;
}

export type Trigger =
  | { readonly kind: 'at'; readonly ms: number }
  /** The `count`-th event of this kind (from the run's start) all of whose named fields are equal; `cell` and `tenant` are fields like any other. */
  | {
      readonly kind: 'after';
      readonly event: string;
      readonly match: Readonly<Record<string, string | number | boolean>>;
      readonly count: number;
    }
  | { readonly kind: 'when'; readonly condition: Condition };

/** Something that can be read off the world's state: `b.queue.standard.waiting > 100`. */
export interface Condition {
  /** As the file says it. */
  readonly text: string;
  readonly metric: string;
  readonly cell: string | null;
  readonly operator: '<' | '<=' | '>' | '>=' | '=' | '!=';
  readonly value: number | string;
}

export type Step =
  | {
      readonly kind: 'fault';
      readonly fault: string;
      readonly target: string;
      readonly settings: Readonly<Record<string, string | number | boolean>>;
      /** Null: the kind's own end. */
      readonly forMs: number | null;
      readonly hold: boolean;
    }
  /** A fault's kind, a target or null for all. */
  | { readonly kind: 'heal'; readonly target: string | null }
  | { readonly kind: 'set'; readonly policy: PolicyName; readonly value: string }
  | { readonly kind: 'action'; readonly action: Action };

/** What a person could type as a command. */
export type Action =
  | { readonly do: 'restart'; readonly target: string }
  | { readonly do: 'tenant-add'; readonly tenant: string; readonly cell: string | null }
  | { readonly do: 'pin'; readonly tenant: string; readonly cell: string | null }
  | { readonly do: 'quarantine'; readonly tenant: string; readonly to: string | null }
  | { readonly do: 'move'; readonly tenant: string; readonly to: string }
  | { readonly do: 'drain'; readonly cell: string }
  | { readonly do: 'evacuate'; readonly cell: string }
  | { readonly do: 'scale'; readonly cell: string; readonly service: 'web' | 'worker' | 'xl'; readonly count: number }
  | { readonly do: 'redrive'; readonly cell: string }
  | {
      readonly do: 'traffic';
      readonly rps?: number;
      readonly mix?: World['traffic']['mix'];
      readonly skew?: number;
      readonly on?: boolean;
    };

/** Upper bounds on what was measured; null: nothing is expected of it. `goodput` is a lower bound. */
export interface Expectations {
  /** Share of all tenants that were hit. */
  readonly blastRadius: number | null;
  /** Attempts with an error: of all, of tenants in the predicted set, of those outside it. */
  readonly errors: { readonly all: number | null; readonly inside: number | null; readonly outside: number | null };
  readonly detectWithinMs: number | null;
  readonly recoverWithinMs: number | null;
  readonly queueAgeMs: number | null;
  readonly jobsRerun: number | null;
  readonly jobsDead: number | null;
  readonly goodput: number | null;
  /** `all`: none violated and none unknown. A list: only those. Ids that are expected to be violated are told apart by `violated`. */
  readonly invariants: 'all' | readonly InvariantId[];
  /** Invariants that this scenario is there to break (a lesson with the fix switched off): the run holds where they are violated. */
  readonly violated: readonly InvariantId[];
}
