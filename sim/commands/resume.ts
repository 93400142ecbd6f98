import type { Invocation } from './context.ts';
import { unavailable } from './failure.ts';
import { printHealed } from './heal.ts';
import { withWorld } from './live-world.ts';

/** Ends the pause faults that are open on a target. */
export async function run(invocation: Invocation): Promise<void> {
  const target = invocation.args[0]!;
  await withWorld(invocation, async (world) => {
    const { faults } = await world.call('status', {});
    const paused = faults.filter(
      (fault) => fault.kind === 'pause' && fault.state !== 'gone' && (fault.target === target || fault.id === target),
    );
    if (paused.length === 0) unavailable(`no pause is open on ${target}; petri status lists the faults that are`);
    const healed = [];
    for (const fault of paused) healed.push(...(await world.call('fault.heal', { id: fault.id }, 60_000)));
    printHealed(invocation, healed);
  });
}
