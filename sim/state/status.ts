import type { TenantEntry } from '../../router/cell-map.ts';
import type { Clock } from '../replay/playback.ts';
import type { PartState, SubstrateName } from '../substrate/substrate.ts';
import type { PartKind, PartSize } from '../world/part.ts';
import type { Skipped } from '../world/protocol.ts';
import type { World } from '../world/world.ts';

/** What `petri status --json` prints, what the terminal UI draws, what scripts rely on. Times are Unix milliseconds. */
export interface Status {
  readonly world: string;
  readonly on: SubstrateName;
  readonly name: string;
  readonly since: number;
  readonly now: number;
  /** One full sentence without a glyph: who cannot work, how many did not notice, what will end it. */
  readonly headline: string;
  /** A second sentence: why, and what to do or expect next. */
  readonly subline: string;
  readonly mood: 'starting' | 'calm' | 'hurt' | 'catching-up';
  readonly supervisor: { readonly pid: number };
  readonly router: {
    readonly url: string;
    readonly mapVersion: number | null;
    /** Where a request names its tenant: `x-tenant-id`, the first label of the host, or the first segment of the path. */
    readonly tenantFrom: World['tenantFrom'];
  };
  /** The queue engine of the cells, in words: `Redis 7.0.15` or `embedded`. */
  readonly engine: string;
  readonly traffic: TrafficStatus;
  readonly components: readonly PartStatus[];
  readonly cells: readonly CellStatus[];
  readonly faults: readonly FaultStatus[];
  readonly blastRadius: BlastRadius | null;
  /** What each cell's death would do now: the prediction shown before a kill. */
  readonly ifKilled: Readonly<
    Record<string, { readonly tenants: number; readonly ratio: number; readonly jobs: number | null }>
  >;
  readonly readBack: ReadBack | null;
  /** Only where the cells run services that are not Petri's: what of the judgement nobody can see there, and why. */
  readonly skipped?: readonly Skipped[];
}

export interface PartStatus {
  readonly address: string;
  readonly kind: PartKind;
  readonly state: PartState;
  readonly restarts: number;
  readonly pid: number | null;
  readonly containerId: string | null;
  readonly memoryBytes: number | null;
  /** What it may use, where that is enforced; null on processes. */
  readonly size: PartSize | null;
  /** Aurora parts only. */
  readonly role?: 'writer' | 'reader';
}

export type CellHealthWord = 'serving' | 'degraded' | 'down' | 'catching-up' | 'unknown';

export interface CellStatus {
  readonly id: string;
  readonly state: 'creating' | 'active' | 'draining' | 'evacuated' | 'quarantined' | 'retired';
  readonly health: CellHealthWord;
  readonly tenants: number;
  readonly release: string;
  readonly traffic: CellTraffic;
  readonly queues: {
    readonly standard: QueueStatus;
    readonly xl: QueueStatus;
    readonly deadLetter: { readonly waiting: number | null };
  };
  /** Where a backlog drains: how long until it is clear, by its present slope; null where it does not fall. */
  readonly clearInMs: number | null;
  readonly components: readonly PartStatus[];
  /** The last 90 seconds, oldest first, one letter each: `.` all served, `X` some refused or failed, `~` some late, `-` no request, `?` the machine slept, ` ` not yet up. */
  readonly history: string;
  /** How often parts of this cell were replaced since it was grown. */
  readonly replacements: number;
}

export interface CellTraffic {
  readonly rps: number;
  readonly answeredPerSecond: number;
  /** Surely without effect: 503 with retry-after, 429. */
  readonly refusedPerSecond: number;
  /** Errors that are not refusals: 500, 502, 504. */
  readonly failedPerSecond: number;
  readonly latePerSecond: number;
  /** Outcome unknown since the open fault took, or in the last 10 s where none is open. */
  readonly inDoubt: number;
  readonly errorRatio: number;
  readonly latencyMsP50: number | null;
  readonly latencyMsP95: number | null;
  readonly latencyMsP99: number | null;
}

export interface QueueStatus {
  readonly waiting: number | null;
  readonly inFlight: number | null;
  readonly oldestAgeMs: number | null;
  /** When the figures were read last; the figures are null where they cannot be read now, `last` holds that reading. */
  readonly readMs: number | null;
  readonly last: { readonly waiting: number; readonly inFlight: number; readonly oldestAgeMs: number | null } | null;
  /** Jobs wait here and nothing takes them: the engine or all its workers are gone. */
  readonly frozen: boolean;
}

export interface TrafficStatus {
  readonly on: boolean;
  readonly targetRps: number;
  readonly offeredPerSecond: number;
  readonly retriesPerSecond: number;
  readonly skew: number;
  readonly mix: { readonly read: number; readonly write: number; readonly job: number; readonly xl: number };
  /** Requests that were due and not sent, because too many were under way. Since traffic started. */
  readonly dropped?: number;
  /** Requests that have not ended: attempts under way, and those that wait for their next one. */
  readonly inFlight?: number;
}

export interface FaultStatus {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  /** `petri kill b`, `ui`, a scenario's name, or `outside`. */
  readonly by: string;
  readonly sinceMs: number;
  /** When it ends by itself; null where it waits for heal or restart. */
  readonly untilMs: number | null;
  readonly state: 'injecting' | 'open' | 'healing' | 'gone';
  /** What the probe saw, in words: `9 of 9 processes gone`. */
  readonly seen: string | null;
  readonly healedMs: number | null;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** The command that ends it. */
  readonly endsBy: string;
}

/** The open entry of the blast-radius ledger, else the last closed one. Ratios are over all tenants. */
export interface BlastRadius {
  readonly fault: string;
  readonly targets: readonly string[];
  readonly predictedRatio: number;
  readonly measuredRatio: number;
  readonly predicted: readonly string[];
  readonly hit: readonly string[];
  /** Predicted, but sent nothing while it was open. */
  readonly silent: readonly string[];
  /** Hit, not predicted. */
  readonly leaks: readonly string[];
  /** For each leak the request that shows it. */
  readonly leakRequests: readonly {
    readonly tenant: string;
    readonly request: string;
    readonly status: number;
    readonly atMs: number;
  }[];
  /** Hit only by requests that a part held when it was lost (one of several web tasks or routers, an Aurora reader): neither predicted nor leaked. */
  readonly inFlight?: readonly string[];
  readonly inDoubt: number;
  /** From the fault's taking to the router's own notice. */
  readonly noticedAfterMs: number | null;
  readonly sinceMs: number;
  readonly untilMs: number | null;
}

/** After a heal: what had been acknowledged to the tenants that were hit, read back through the router. */
export interface ReadBack {
  readonly fault: string;
  readonly total: number;
  readonly read: number;
  readonly lost: number;
  readonly lostRequests: readonly {
    readonly tenant: string;
    readonly request: string;
    readonly expected: string;
    readonly seen: string;
  }[];
  /** Writes in doubt: how many turned out to have taken effect, how many had not. */
  readonly doubtTaken: number;
  readonly doubtNotTaken: number;
  /** Null: the protocol of a service that is not Petri's lets nobody ask after them. */
  readonly jobs: {
    readonly accepted: number;
    readonly ended: number;
    readonly open: number;
    /** Null: the workers are not Petri's, and tell nobody of their deliveries. */
    readonly rerun: number | null;
    readonly twice: number | null;
  } | null;
  readonly done: boolean;
}

export type TenantMark = 'served' | 'hit' | 'cut-off' | 'late' | 'quarantined' | 'moving';

export interface TenantStatus {
  readonly id: string;
  readonly cell: string;
  readonly epoch: number;
  readonly override: TenantEntry['override'];
  readonly state: TenantMark;
  readonly rps: number;
  readonly errorRatio: number;
  readonly latencyMsP50: number | null;
  readonly latencyMsP95: number | null;
  readonly latencyMsP99: number | null;
}

/** One line of what happened, in words, for the log under the picture. */
export interface LogLine {
  readonly at: number;
  readonly text: string;
  /** The petri command that did it or would do the same, where there is one. */
  readonly command: string | null;
}

/** What the supervisor sends to a subscriber at most ten times a second. */
export interface Snapshot {
  readonly status: Status;
  readonly tenants: readonly TenantStatus[];
  readonly log: readonly LogLine[];
  /** Left out: the world is live. */
  readonly clock?: Clock;
}
