import type { PlaybackIntent } from '../replay/playback.ts';
import type { FinalReadBack } from '../traffic/contract.ts';
import type { EmptyingStatus, MoveResult, MovesStatus } from '../pilot/contract.ts';
import type { Override, TenantEntry } from '../../router/cell-map.ts';
import type { FaultStatus, LogLine, Snapshot, Status, TenantStatus, TrafficStatus } from '../state/status.ts';

/**
 * The supervisor's control socket: framed calls over a Unix socket of mode 0600, no token.
 * Clients (command line, terminal UI, scripts) use these and nothing else. Errors carry one of {@link SupervisorErrorCode}.
 * After `snapshot.subscribe` the server notifies `snapshot` (Snapshot); after `events.follow`, `event` (Event).
 */
export interface SupervisorMethods {
  hello: {
    args: Record<string, never>;
    /** `ending`: it was asked to end, and its process will be gone in a moment. */
    result: { world: string; pid: number; version: string; format: 1; ready: boolean; ending: boolean };
  };
  /** Progress of growing, until ready: notifies `progress` {text, done, total}. Resolves once the world serves. */
  'world.ready': { args: Record<string, never>; result: Status };
  status: { args: Record<string, never>; result: Status };
  snapshot: { args: Record<string, never>; result: Snapshot };
  'snapshot.subscribe': { args: { hz: number }; result: null };
  tenants: { args: Record<string, never>; result: readonly TenantStatus[] };
  route: { args: { tenant: string }; result: RouteAnswer };
  why: { args: { subject: string }; result: WhyAnswer };
  /** The newest `limit` merged events, oldest first. */
  events: { args: { limit: number; kinds: readonly string[] | null }; result: readonly unknown[] };
  'events.follow': { args: { kinds: readonly string[] | null }; result: null };
  logs: { args: { target: string }; result: { files: readonly string[] } };
  /** Resolves once the probe has seen it; rejects `unproven` after 30 s. `forMs` null: the kind's own end. */
  'fault.inject': {
    args: {
      kind: string;
      target: string;
      settings: Readonly<Record<string, string | number | boolean>>;
      forMs: number | null;
      hold: boolean;
      by: string;
    };
    result: FaultStatus;
  };
  /** `id` is a fault's id, a target, or null for all. Resolves once the probes say gone. */
  'fault.heal': { args: { id: string | null }; result: readonly FaultStatus[] };
  restart: { args: { target: string; by: string }; result: { addresses: readonly string[] } };
  'traffic.set': {
    args: { rps?: number; mix?: Partial<TrafficStatus['mix']>; skew?: number; on?: boolean };
    result: TrafficStatus;
  };
  /** Once traffic is off: reads back everything, through the router, each request recorded. Resolves when all was answered or `withinMs` is over. */
  'read-back': { args: { withinMs: number }; result: FinalReadBack };
  'policy.list': { args: Record<string, never>; result: readonly PolicyRow[] };
  'policy.set': { args: { name: string; value: string }; result: PolicyRow };
  'tenant.add': { args: { tenant: string; cell: string | null }; result: TenantStatus };
  /** hold: never moved. refuse: the router refuses this tenant alone. null: neither. */
  'tenant.override': { args: { tenant: string; override: Override | null }; result: TenantStatus };
  /**
   * Moves a tenant and its data. `pin` holds it there, `quarantine` too, and keeps a cell that nobody else lives in for such tenants.
   * Resolves once it is served in its new home or was put back (`outcome`); rejects `usage` where it may not move.
   */
  'tenant.move': { args: { tenant: string; cell: string; as: 'move' | 'pin' | 'quarantine' }; result: MoveResult };
  /** Begins to empty a cell, or lets it take tenants again; resolves at once, and control goes on with it. */
  'cell.empty': { args: { cell: string; how: 'drain' | 'evacuate' | 'off' }; result: EmptyingStatus };
  /** Moves that have not ended, and cells that take no tenants, as the books beside the map say. */
  moves: { args: Record<string, never>; result: MovesStatus };
  scale: {
    args: { cell: string; service: 'web' | 'worker' | 'xl'; count: number };
    result: { addresses: readonly string[] };
  };
  redrive: { args: { cell: string }; result: { redriven: number } };
  /** Only in virtual time: plays, pauses, steps, goes back, changes the speed. Resolves once the world is there. */
  'clock.turn': { args: { intent: PlaybackIntent }; result: null };
  /** Puts a line into the world's log (a client tells what it does). */
  log: { args: LogLine; result: null };
  /** Heals everything, ends everything, empties the volumes, grows the same world again. */
  reset: { args: Record<string, never>; result: Status };
  /** Ends the world; answers just before the supervisor exits. One that is Compose's (`attachedTo`: the project) goes on without it. */
  down: { args: Record<string, never>; result: { parts: number; attachedTo: string | null } };
}

export type SupervisorMethod = keyof SupervisorMethods;

/** `usage` 64 · `unavailable` 69 · `unproven` 2 · `bug` 70, as exit codes of the command line. */
export type SupervisorErrorCode = 'usage' | 'unavailable' | 'unproven' | 'bug';

export interface PolicyRow {
  readonly name: string;
  readonly value: string;
  readonly default: string;
  /** `on | off`, `10ms to 10m`, `fifo | lifo`. */
  readonly takes: string;
  readonly summary: string;
  /** The failures of the catalogue that it prevents. */
  readonly prevents: readonly string[];
}

export interface RouteAnswer {
  readonly tenant: string;
  readonly cell: string | null;
  readonly epoch: number | null;
  readonly override: TenantEntry['override'];
  readonly mapVersion: number;
  /** What the router would do with a request now: `forward`, or the status and reason of its refusal. */
  readonly decision:
    | { readonly kind: 'forward' }
    | { readonly kind: 'refuse'; readonly status: number; readonly reason: string };
}

export interface WhyAnswer {
  readonly subject: string;
  readonly kind: 'tenant' | 'cell' | 'request';
  /** Full sentences, in reading order. */
  readonly sentences: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}
