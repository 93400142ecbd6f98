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
 * - `policies.set` {cell: CellPolicies, placement: 'least-loaded'|'random'} → null   writes them into each cell's DynamoDB
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
  readonly placement: 'least-loaded' | 'random';
  readonly seed: number;
}
