import { auroraOf, type Step } from '../ports.ts';

/** Entries removed in one transaction: the old home serves other tenants meanwhile. */
const cleanedAtOnce = 500;

/** The old home forgets the tenant's data and keeps its epoch. */
export const clean: Step = async ({ tenant, from, epoch }, ports) => {
  const source = auroraOf(ports, from);
  for (let left = true; left;) {
    const cleaned = await source.tx('move.clean', { tenant, epoch, limit: cleanedAtOnce });
    left = cleaned.kind === 'ok' && cleaned.left;
  }
  return { kind: 'done' };
};
