import type { Refusal } from '../aurora/contract.ts';
import type { ReadStore } from './store.ts';

/**
 * Whether this cell may act for the tenant under this epoch: null, or why not. Called inside the transaction that acts.
 * `epoch` null skips the comparison, but an unknown tenant is refused all the same.
 */
export function refusalOf(store: ReadStore, tenant: string, epoch: number | null): Refusal | null {
  const there = store.tenant(tenant);
  if (there === null) return { kind: 'no-tenant' };
  if (epoch === null) return null;
  if (there.residence !== 'home') return { kind: 'moved', epoch: there.epoch };
  return epoch === there.epoch ? null : { kind: 'stale', epoch: there.epoch };
}
