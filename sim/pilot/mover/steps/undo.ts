import { RpcError } from '../../../../cells/protocol/rpc-error.ts';
import type { TenantEntry } from '../../../../router/cell-map.ts';
import { entries, mayBeFenced, sameEntry, type Move } from '../move.ts';
import { auroraOf, type MovePorts, type Step } from '../ports.ts';
import { told } from '../told.ts';

const cleanedAtOnce = 500;

/**
 * The tenant stays where it is. Where the old home may have been fenced it is opened again under one epoch more, never under an old
 * one: whatever of this move is still on its way is refused for ever.
 */
export const undo: Step = async (move, ports) => {
  const reopened = mayBeFenced(move) ? await reopen(move, ports) : entries.before(move);
  const now = await ports.books.tenant(move.tenant);
  if (!sameEntry(now, entries.moving(move))) return { kind: 'done', epoch: now?.epoch ?? reopened.epoch };
  return { kind: 'done', change: { from: entries.moving(move), to: reopened }, epoch: reopened.epoch };
};

async function reopen(move: Move, ports: MovePorts): Promise<TenantEntry> {
  const { tenant, from, to, epoch, before } = move;
  const opened = await auroraOf(ports, from).tx('move.reopen', { tenant, epoch: epoch + 1 });
  // The new home will be told by the next move at the latest: what arrived there serves nobody.
  await auroraOf(ports, to)
    .tx('move.clean', { tenant, epoch, limit: cleanedAtOnce })
    .catch(() => null);
  if (opened.kind === 'ok') return { cell: from, epoch: epoch + 1, override: before };
  // A storage that was lost and made anew: what it says is all there is.
  if (opened.kind === 'no-tenant') return entries.before(move);
  if (opened.residence !== 'home') throw new RpcError('failed', told(from, tenant, opened));
  return { cell: from, epoch: opened.epoch, override: before };
}
