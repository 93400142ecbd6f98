import type { MoveResult } from '../pilot/contract.ts';
import type { Invocation } from './context.ts';
import { unavailable } from './failure.ts';
import { withWorld, type LiveWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';
import { tellProgress } from './tell-progress.ts';
import { checkTenantId } from './tenant-id.ts';

const moveMsMax = 90_000;
const lookEveryMs = 500;

/** What `move`, `pin T CELL` and `quarantine T --to CELL` share. */
export async function moveTenant(
  invocation: Invocation,
  typedTenant: string,
  cell: string,
  as: 'move' | 'pin' | 'quarantine',
): Promise<void> {
  const { options, context } = invocation;
  const tenant = checkTenantId(typedTenant);
  const moved = await withWorld(invocation, async (world) => {
    const progress = tellProgress(context);
    const watch = setInterval(() => void tellStep(world, tenant, progress.tell), lookEveryMs);
    try {
      return await world.call('tenant.move', { tenant, cell, as }, moveMsMax);
    } finally {
      clearInterval(watch);
      progress.end();
    }
  });
  if (moved.outcome === 'rolled-back')
    unavailable(`${tenant} stays in cell ${moved.from}, its move to ${cell} was put back: ${moved.reason}`);
  if (flag(options, 'json')) printJson(context, moved);
  else context.out(`${sentenceOf(moved)}${as === 'move' ? '' : ', and is held there'}`);
}

async function tellStep(world: LiveWorld, tenant: string, tell: (sentence: string) => void): Promise<void> {
  const books = await world.call('moves', {}).catch(() => null);
  const move = books?.moves.find((each) => each.tenant === tenant);
  if (move) tell(`${tenant} is on its way from ${move.from} to ${move.to}: ${move.step}`);
}

function sentenceOf({ tenant, from, to, epoch, blockedMs }: MoveResult): string {
  if (from === to) return `${tenant} lives in cell ${to} already, epoch ${epoch}`;
  const blocked = blockedMs === null ? '' : `; the router refused it for ${blockedMs} ms`;
  return `${tenant} moved from cell ${from} to cell ${to}, epoch ${epoch}${blocked}`;
}
