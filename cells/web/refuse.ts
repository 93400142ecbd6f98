import type { Refusal } from '../aurora/contract.ts';
import type { CellResponse } from './exchange.ts';
import { problem } from './problem.ts';

/** 421: nothing was done, and the router may ask the map again. */
export function refuse(refusal: Refusal, tenant: string): CellResponse {
  return refusal.kind === 'stale'
    ? problem('stale-route', `${tenant} is at epoch ${refusal.epoch} here`, { 'x-cell-epoch': String(refusal.epoch) })
    : problem('stale-route', `${tenant} does not live in this cell`);
}
