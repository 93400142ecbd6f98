import { setTimeout as wait } from 'node:timers/promises';
import type { CommandContext } from './context.ts';
import { describeStatus } from './describe-status.ts';
import { unavailable } from './failure.ts';
import { followWorld } from './follow-world.ts';
import type { GrownWorld } from './grow-world.ts';

const downMsMax = 20_000;

/** Shows a world until the user leaves: the terminal UI, or lines where there is no terminal. A world grown here ends with a Ctrl-C. */
export async function stayWithWorld(
  context: CommandContext,
  { world, status, grown }: GrownWorld,
  ui: { readonly readOnly: boolean; readonly theme: string | null },
): Promise<number> {
  if (context.isTerminal) {
    world.close();
    return context.openUi({ name: world.name, grown, ...ui });
  }
  describeStatus(context, status);
  context.out('');
  const forget = context.onInterrupt(async () => {
    if (grown) await Promise.race([endWorld(world), wait(downMsMax)]);
  });
  await followWorld(context, world);
  forget();
  return unavailable(`the world ${world.name} has ended`);
}

async function endWorld(world: GrownWorld['world']): Promise<void> {
  await world.call('down', {}, downMsMax).catch(() => {});
  await world.closed;
}
