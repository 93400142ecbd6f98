import type { CellMap, TenantEntry } from './cell-map.ts';
import type { CellHealth } from './contract.ts';

/** Why a router hands a request to nobody. */
export type RouteRefusal =
  | 'no-map'
  | 'map-unreachable'
  | 'unknown-tenant'
  | 'quarantined'
  | 'moving'
  | 'unknown-cell'
  | 'cell-down'
  | 'bulkhead-full';

export type RouteDecision =
  | { readonly kind: 'forward'; readonly cell: string; readonly epoch: number }
  | {
      readonly kind: 'refuse';
      /** 404 for a tenant that nobody knows; 503 for everything that may pass. */
      readonly status: 404 | 503;
      readonly reason: RouteRefusal;
      readonly cell: string | null;
      readonly epoch: number | null;
      /** Seconds, as `retry-after` says it; null where trying again is of no use. */
      readonly retryAfterS: number | null;
    };

/** What a cell looks like from the door, now. */
export interface CellView {
  readonly health: CellHealth;
  readonly inFlight: number;
}

export interface RouteWorld {
  readonly map: CellMap | null;
  /** Whether the map's store answered when it was last asked. */
  readonly mapReachable: boolean;
  readonly mapFallback: 'cached' | 'refuse';
  /** At most so many requests in flight to one cell; 0 is no bound. */
  readonly bulkhead: number;
  /** Null for a cell that this router has no way to. */
  readonly cell: (id: string) => CellView | null;
}

/** Where one request of a tenant goes. Never to another cell than the map names: its data is there and nowhere else. */
export function route(tenant: string, world: RouteWorld): RouteDecision {
  if (!world.map) return refuse('no-map', null, 1);
  if (!world.mapReachable && world.mapFallback === 'refuse') return refuse('map-unreachable', null, 1);
  // A tenant may be called `constructor`.
  const entry = Object.hasOwn(world.map.tenants, tenant) ? world.map.tenants[tenant] : undefined;
  if (!entry)
    return { kind: 'refuse', status: 404, reason: 'unknown-tenant', cell: null, epoch: null, retryAfterS: null };
  if (entry.override === 'quarantined') return refuse('quarantined', entry, 30);
  if (entry.override === 'moving') return refuse('moving', entry, 1);
  const cell = world.cell(entry.cell);
  if (!cell) return refuse('unknown-cell', entry, 1);
  if (cell.health === 'down') return refuse('cell-down', entry, 1);
  if (world.bulkhead > 0 && cell.inFlight >= world.bulkhead) return refuse('bulkhead-full', entry, 1);
  return { kind: 'forward', cell: entry.cell, epoch: entry.epoch };
}

function refuse(reason: RouteRefusal, entry: TenantEntry | null, retryAfterS: number): RouteDecision {
  return { kind: 'refuse', status: 503, reason, cell: entry?.cell ?? null, epoch: entry?.epoch ?? null, retryAfterS };
}

/** The sentence that a refused client reads. */
export function refusalSentence(decision: RouteDecision & { readonly kind: 'refuse' }, tenant: string): string {
  switch (decision.reason) {
    case 'no-map':
      return 'This router has no map of tenants yet.';
    case 'map-unreachable':
      return 'The map of tenants does not answer, and this router may not go on with its copy.';
    case 'unknown-tenant':
      return `No cell has a tenant ${tenant}.`;
    case 'quarantined':
      return `Tenant ${tenant} is quarantined: the router refuses it alone.`;
    case 'moving':
      return `Tenant ${tenant} is on its way to another cell and will be served there in a moment.`;
    case 'unknown-cell':
      return `Tenant ${tenant} lives in cell ${decision.cell}, to which this router has no way.`;
    case 'cell-down':
      return `Cell ${decision.cell} is down, and tenant ${tenant} lives nowhere else.`;
    case 'bulkhead-full':
      return `Cell ${decision.cell} has as many requests in flight as this router allows.`;
  }
}
