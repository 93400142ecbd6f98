import type { Refusal } from '../aurora/contract.ts';
import type { CellResponse } from './exchange.ts';
import { problem } from './problem.ts';

/** 421: nothing was done, and the router may ask the map again. */
export function refuse(refusal: Refusal, tenant: string): CellResponse {
  switch (refusal.kind) {
    case 'stale':
      return problem('stale-route', `${tenant} is at epoch ${refusal.epoch} here`, {
        'x-cell-epoch': String(refusal.epoch),
      });
    case 'moved':
      return problem('stale-route', `${tenant} moves or has moved: this cell serves it no more, or not yet`);
    case 'no-tenant':
      return problem('stale-route', `${tenant} does not live in this cell`);
  }
}
