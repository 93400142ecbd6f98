import type { MoveRefusal } from '../../../cells/aurora/move-contract.ts';

/** What a cell answered that would not do a step, in words. */
export function told(cell: string, tenant: string, refusal: MoveRefusal): string {
  if (refusal.kind === 'no-tenant') return `cell ${cell} does not know ${tenant}`;
  return `in cell ${cell} ${tenant} is ${refusal.residence} at epoch ${refusal.epoch}`;
}
