import type { Refusal } from '../aurora/contract.ts';
import type { ReadStore } from './store.ts';

/**
 * Whether this cell may act for the tenant under this epoch: null, or why not. Called inside the transaction that acts.
 * `epoch` null skips the comparison, but an unknown tenant is refused all the same.
 */
export function refusalOf(store: ReadStore, tenant: string, epoch: number | null): Refusal | null {
  const current = store.tenantEpoch(tenant);
  if (current === null) return { kind: 'no-tenant' };
  if (epoch !== null && epoch !== current) return { kind: 'stale', epoch: current };
  return null;
}
