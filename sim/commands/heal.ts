import type { FaultStatus } from '../state/status.ts';
import type { Invocation } from './context.ts';
import { describeFault } from './describe-status.ts';
import { usage } from './failure.ts';
import { withWorld, type LiveWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options } = invocation;
  if (args.length > 0 && flag(options, 'all')) usage('give a fault or --all, not both');
  await withWorld(invocation, async (world) => {
    const id = args[0] ?? (flag(options, 'all') ? null : await onlyOpenFault(world));
    printHealed(invocation, await world.call('fault.heal', { id }, 60_000));
  });
}

/** Shared with `resume`: what was healed, or that nothing was. */
export function printHealed({ options, context }: Invocation, healed: readonly FaultStatus[]): void {
  if (flag(options, 'json')) printJson(context, healed);
  else if (healed.length === 0) context.out('no fault is open: nothing to heal');
  else for (const fault of healed) context.out(describeFault(fault, fault.healedMs ?? Date.now()));
}

/** Null, meaning all of them, where at most one is open. */
async function onlyOpenFault(world: LiveWorld): Promise<null> {
  const { faults } = await world.call('status', {});
  const open = faults.filter((fault) => fault.state !== 'gone');
  if (open.length <= 1) return null;
  const names = open.map((fault) => `${fault.id} (${fault.kind} ${fault.target})`);
  return usage(`${open.length} faults are open: ${names.join(', ')}; name one, or heal them all with petri heal --all`);
}
