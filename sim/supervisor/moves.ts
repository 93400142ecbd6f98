import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { EmptyingStatus, MoveResult } from '../pilot/contract.ts';
import type { SupervisorMethods } from './contract.ts';
import type { LiveWorld } from './live-world.ts';

type Of<Method extends keyof SupervisorMethods> = SupervisorMethods[Method];

/** A move that cannot go on is put back within seconds, unless the cell that it is put back to is down itself. */
const moveMsMax = 60_000;

/** What the override table says of a tenant that was moved in each of these ways; undefined: what it said before. */
const afterOf = { move: undefined, pin: 'pinned', quarantine: 'pinned' } as const;

type Ask = <T>(method: string, args: unknown, timeoutMs?: number) => Promise<T>;

/** Has control move a tenant. Resolves once it is served in its new home, or was put back. */
export async function moveTenant(
  live: LiveWorld,
  ask: Ask,
  { tenant, cell, as }: Of<'tenant.move'>['args'],
): Promise<MoveResult> {
  if (!live.plan().cells.includes(cell)) live.resolve(cell);
  const after = afterOf[as];
  const order = {
    ...{ tenant, to: cell, evenPinned: as !== 'move', quarantine: as === 'quarantine' },
    ...(after === undefined ? {} : { after }),
  };
  try {
    return await ask<MoveResult>('tenant.move', order, moveMsMax);
  } finally {
    await live.observer.mapChanged();
  }
}

/** Has control close a cell and empty it, or open it again. Resolves at once; control goes on with it by itself. */
export async function emptyCell(
  live: LiveWorld,
  ask: Ask,
  { cell, how }: Of<'cell.empty'>['args'],
): Promise<EmptyingStatus> {
  const { cells } = live.plan();
  if (!cells.includes(cell)) live.resolve(cell);
  if (!cells.includes(cell)) throw new RpcError('usage', `${cell} is no cell: choose one of ${cells.join(', ')}`);
  const words = { drain: 'draining', evacuate: 'evacuating', off: 'off' } as const;
  const status = await ask<EmptyingStatus>('cell.empty', { cell, how: words[how] });
  await live.observer.mapChanged();
  return status;
}
