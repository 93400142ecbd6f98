import type { TenantEntry } from '../../router/cell-map.ts';
import type { TenantTraffic } from '../events/windows.ts';
import type { TenantMark } from './status.ts';

export interface MarkFacts {
  readonly override: TenantEntry['override'];
  /** Its cell is down, or no router answers. */
  readonly unreachable: boolean;
  /** It saw an error since the open ledger entry's begin. */
  readonly wasHit: boolean;
  readonly traffic: Pick<TenantTraffic, 'errors' | 'late'>;
}

/** The one mark of a tenant in the field: what it would say if it were asked now. */
export function tenantMark({ override, unreachable, wasHit, traffic }: MarkFacts): TenantMark {
  if (override === 'quarantined' || override === 'moving') return override;
  if (traffic.errors > 0) return 'hit';
  if (unreachable) return wasHit ? 'hit' : 'cut-off';
  return traffic.late > 0 ? 'late' : 'served';
}
