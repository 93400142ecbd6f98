import type { TenantEntry } from '../../router/cell-map.ts';
import type { RouteAnswer } from './contract.ts';

/** What `petri route` tells of a tenant: its entry in the map, and what a router makes of it now. */
export function routeAnswer(
  tenant: string,
  map: { readonly version: number; readonly tenants: Readonly<Record<string, TenantEntry>> },
  decision:
    | { readonly kind: 'forward' }
    | { readonly kind: 'refuse'; readonly status: number; readonly reason: string },
): RouteAnswer {
  const entry = map.tenants[tenant];
  return {
    tenant,
    cell: entry?.cell ?? null,
    epoch: entry?.epoch ?? null,
    override: entry?.override ?? null,
    mapVersion: map.version,
    decision:
      decision.kind === 'forward'
        ? { kind: 'forward' }
        : { kind: 'refuse', status: decision.status, reason: decision.reason },
  };
}
