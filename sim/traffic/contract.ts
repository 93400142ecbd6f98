import type { World } from '../world/world.ts';
import type { ReadBack, TrafficStatus } from '../state/status.ts';

/** What Petri's own clients do about an error. `keyed`: within a budget, with capped backoff and jitter. `storm`: at once, without a budget. */
export type ClientRetry = 'keyed' | 'none' | 'storm';

/** Settings of the `traffic` program. `upstreams`: `router`, one endpoint per router. */
export interface TrafficSettings {
  readonly seed: number;
  readonly tenants: readonly string[];
  readonly rps: number;
  readonly mix: TrafficStatus['mix'];
  /** Exponent of the tenants' Zipf law: 0 is even. */
  readonly skew: number;
  readonly on: boolean;
  readonly clientRetry: ClientRetry;
  readonly xlAbove: number;
  /** Where the routers look for the tenant. */
  readonly tenantFrom: World['tenantFrom'];
  /** How the web of the cells is spoken to; null: as Petri's own. */
  readonly protocol: World['protocol'];
}

/**
 * The admin port of `traffic` (framed calls):
 * - `status` {} → TrafficStatus
 * - `set` {rps?, mix?, skew?, on?, clientRetry?} → TrafficStatus
 * - `tenants.set` {tenants} → null
 * - `readback.start` {fault, tenants} → ReadBack    reads back every write acknowledged to these tenants, and asks after their jobs
 * - `readback.status` {} → ReadBack | null
 *
 * Events: `request.sent` {request, attempt, tenant, op, args, key|null, intendedT}, `request.answered` {request, attempt, tenant, op, status|null,
 * outcome, error, latencyMs (from the intended send), serviceMs, etag|null, version|null, cell|null, epoch|null, job|null, final: boolean}, `traffic.lag` {lagMs}.
 */
export type TrafficReadBack = ReadBack;
