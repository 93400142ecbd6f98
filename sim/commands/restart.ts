import { safeText } from '../state/safe-text.ts';
import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, context } = invocation;
  const target = args[0]!;
  const answer = await withWorld(invocation, (world) =>
    world.call('restart', { target, by: context.commandLine }, 60_000),
  );
  if (flag(options, 'json')) printJson(context, answer);
  else
    context.out(
      safeText(`${target} serves: ${answer.addresses.length} parts started (${answer.addresses.join(', ')})`),
    );
}
