import type { CellPolicies } from '../../cells/policies.ts';
import type { ClosedState } from './mover/estate.ts';
import type { Move } from './mover/move.ts';
import type { PartState } from '../substrate/substrate.ts';

/** What the supervisor shows `control`, five times a second and at once on a death. It stands for CloudWatch and the ECS API's reads. */
export interface Observation {
  /** Milliseconds, of the clock that `sinceMs` is of. */
  readonly nowMs: number;
  readonly parts: readonly { readonly address: string; readonly state: PartState; readonly sinceMs: number }[];
  /** Addresses that an open fault holds down: nothing there is replaced. */
  readonly held: readonly string[];
  readonly queues: Readonly<Record<string, { readonly xlWaiting: number | null; readonly xlInFlight: number | null }>>;
}

/** What control asks the supervisor to do. It decides; the supervisor does. */
export type Action =
  | { readonly kind: 'start'; readonly address: string; readonly why: 'replace' | 'scale' | 'xl' }
  | { readonly kind: 'stop'; readonly address: string; readonly why: 'scale' | 'xl' };

/**
 * The admin port of `control` (framed calls):
 * - `observe` Observation → {actions: Action[]}     pure decision over the observation and the desired counts
 * - `tenant.add` {tenant, cell|null} → TenantEntry & {id}    cell first, then map; safe to repeat
 * - `tenant.override` {tenant, override} → TenantEntry & {id}
 * - `scale` {cell, service, count} → {addresses: string[]}
 * - `tenant.move` {tenant, to, after?: Override|null, evenPinned, quarantine} → MoveResult   resolves when it lives there; what begins is carried on whatever happens
 * - `cell.empty` {cell, how: 'draining'|'evacuating'|'off'} → EmptyingStatus   resolves at once
 * - `moves` {} → MovesStatus
 * - `policies.set` PoliciesOfControl → null   writes those of the cells into each cell's DynamoDB
 * - `map` {which: 'current'|'previous'} → CellMap     `previous` for the stale push
 * - `routers.set` {endpoints: Endpoint[]} → null
 * - `status` {} → {desired: Record<'a/web', number>, mapVersion, mapReachable}
 */
export interface ControlSettings {
  readonly replaceAfterMs: number;
  readonly desired: Readonly<Record<string, number>>;
  readonly cells: readonly string[];
  readonly maxTenants: number;
  readonly xlIdleMs: number;
  readonly policies: ControlPolicies;
  readonly seed: number;
}

/** The policies that control itself obeys. */
export interface ControlPolicies {
  readonly placement: 'least-loaded' | 'random';
  /** A tenant is moved only where its new cell stays within its maximum. */
  readonly admission: boolean;
  /** At most so many tenants are on their way at once while cells are emptied. */
  readonly movesInFlight: number;
  /** At most such a share of all cells is emptied at once, and at least one; 0: none. */
  readonly evacuateMaxRatio: number;
}

export interface PoliciesOfControl {
  readonly cell: CellPolicies;
  readonly control: ControlPolicies;
}

/** What came of a move: the tenant is served in `to`, or was put back to `from` because of `reason`. */
export interface MoveResult {
  readonly outcome: 'moved' | 'rolled-back';
  readonly reason: string | null;
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  readonly epoch: number;
  /** How long the routers refused it, in milliseconds; null where control died meanwhile. */
  readonly blockedMs: number | null;
}

export interface EmptyingStatus {
  readonly cell: string;
  readonly state: ClosedState | 'active';
  /** Tenants that live there, and those of them that are to leave. */
  readonly tenants: number;
  readonly toGo: number;
}

export interface MovesStatus {
  readonly moves: readonly Move[];
  /** Cells that take no tenant unless somebody names them. */
  readonly closed: Readonly<Record<string, ClosedState>>;
}
