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
 * - `final.start` {withinMs} → FinalReadBack    once traffic is off: reads every row ever written and asks after every job, each attempt recorded
 * - `final.status` {} → FinalReadBack | null
 *
 * Events: `request.sent` {request, attempt, tenant, op, args, key|null, intendedT}, `request.answered` {request, attempt, tenant, op, status|null,
 * outcome, error, latencyMs (from the intended send), serviceMs, etag|null, version|null, cell|null, epoch|null, job|null, final: boolean}, `traffic.lag` {lagMs}.
 * Those of the final read-back have `purpose: 'final'`; its `op` is `read`, or `poll` with {job, state|null, ended, attempts|null}.
 * Of a service of the user's own, what a read showed is recorded as `valueHash` (null: nothing), what was written as `args.value`.
 */
export type TrafficReadBack = ReadBack;

/** How far the final read-back is: rows read of those ever written, jobs seen to have ended of those accepted. */
export interface FinalReadBack {
  readonly rows: number;
  readonly read: number;
  readonly jobs: number;
  readonly ended: number;
  /** All were answered, or its time was over. */
  readonly done: boolean;
}
