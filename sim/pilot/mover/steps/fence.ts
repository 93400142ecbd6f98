import { auroraOf, type Step } from '../ports.ts';
import { told } from '../told.ts';

/** One commit in the old home, after which it acknowledges nothing for the tenant: no request, no job, under whatever epoch, for ever. */
export const fence: Step = async (move, ports) => {
  const { tenant, from, epoch } = move;
  const fenced = await auroraOf(ports, from).tx('move.fence', { tenant, epoch });
  return fenced.kind === 'ok' ? { kind: 'done' } : { kind: 'impossible', reason: told(from, tenant, fenced) };
};
