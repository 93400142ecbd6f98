import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { CellMap } from './cell-map.ts';

/** The policies that a router obeys; pushed to it over its admin port. */
export interface RouterPolicies {
  /** When the cached map is all there is: go on with it, or refuse everyone. */
  readonly mapFallback: 'cached' | 'refuse';
  /** Check a pushed map before it is taken: shape, known cells, not emptied, not older. */
  readonly mapValidate: boolean;
  /** Wait for repeated evidence before a cell's health changes. */
  readonly damping: boolean;
  /** At most so many requests in flight to one cell; 0 is no bulkhead at all. */
  readonly bulkhead: number;
}

export const defaultRouterPolicies: RouterPolicies = {
  mapFallback: 'cached',
  mapValidate: true,
  damping: true,
  bulkhead: 128,
};

/** A router's own settings. `upstreams` of its config: `map` (one endpoint of the map's dynamodb program). */
export interface RouterSettings {
  /** The address of each cell, behind its link `router->CELL`. */
  readonly cells: Readonly<Record<string, Endpoint>>;
  readonly tenantFrom: 'header' | 'host' | 'path';
  readonly policies: RouterPolicies;
  readonly requestTimeoutMs: number;
}

/** An ALB's own settings: the web tasks behind it. */
export interface AlbSettings {
  readonly targets: Readonly<Record<string, Endpoint>>;
  readonly requestTimeoutMs: number;
  /**
   * The web tasks are not Petri's: they are well where `health` (null: `/`) is answered 2xx (null: anything below 500), and
   * the load balancer says which cell and epoch an answer is of.
   */
  readonly foreign?: { readonly health: string | null };
}

export type CellHealth = 'serving' | 'down' | 'unknown';

/** What `status` on a router's admin port returns. */
export interface RouterStatus {
  readonly mapVersion: number;
  /** Where the map in use came from. */
  readonly mapSource: 'push' | 'pull' | 'disk' | 'none';
  /** False while the map store does not answer. */
  readonly mapReachable: boolean;
  readonly cells: Readonly<
    Record<string, { readonly health: CellHealth; readonly inFlight: number; readonly sinceMs: number }>
  >;
}

/**
 * The admin port of a router (framed calls):
 * - `status` {} → RouterStatus
 * - `route` {tenant} → RouteDecision (see route.ts), without sending anything
 * - `tenant.inFlight` {tenant} → {inFlight: number}   its requests that a cell has in hand
 * - `map.push` {map: unknown, source: string} → {accepted: boolean, version: number, reason: string | null}
 * - `map.pull` {} → {version}   reads the store now
 * - `cells.set` {cells: Record<string, Endpoint>} → null
 * - `policies.set` RouterPolicies → null
 * Of an ALB:
 * - `status` {} → {targets: Record<string, {healthy: boolean, inFlight: number}>}
 * - `targets.set` {targets: Record<string, Endpoint>} → null
 *
 * Events a router records:
 * - `request.answered` {request, tenant|null, method, path, key|null, cell|null, epoch|null, status, outcome, error, handed, resent, sentT, latencyMs, reason|null, etag|null, job|null}
 *   one for every request it took, whoever sent it. `sentT` is the monotonic µs at which its head was read; `outcome` is ok|refused|unknown
 *   of DESIGN's contract; `error` is true for any 5xx, 429 or unknown; `handed` says that it was written to a cell, `key` is the client's idempotency key. A client that goes away
 *   before the answer: status 499, outcome unknown where it was handed over.
 * - `cell.state` {cell, health, reason, afterMs|null}
 * - `map.changed` {version, source}   `map.refused` {version|null, source, reason}
 */
export interface MapPush {
  readonly map: CellMap;
  readonly source: string;
}
