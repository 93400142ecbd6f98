import { RpcError } from '../../../../cells/protocol/rpc-error.ts';
import { entries } from '../move.ts';
import { auroraOf, type Step } from '../ports.ts';
import { told } from '../told.ts';
import { copy } from './copy.ts';
import { verify } from './verify.ts';

/** The new home begins to serve, then the routers hand requests to it. Whatever is in the way is waited for. */
export const resume: Step = async (move, ports) => {
  const { tenant, to, epoch } = move;
  const target = auroraOf(ports, to);
  let opened = await target.tx('move.open', { tenant, epoch });
  if (opened.kind === 'no-tenant') {
    // Its storage was lost since the copy. Nothing was acknowledged there yet, and the old home still has everything.
    for (const step of [copy, verify]) {
      const end = await step(move, ports);
      if (end.kind !== 'done') throw new RpcError('failed', end.reason);
    }
    opened = await target.tx('move.open', { tenant, epoch });
  }
  if (opened.kind !== 'ok') throw new RpcError('failed', told(to, tenant, opened));
  const change = { from: entries.flipped(move), to: entries.home(move) };
  return { kind: 'done', change, facts: { jobs: opened.jobs } };
};
