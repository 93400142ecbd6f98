import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, context } = invocation;
  const cell = args[0]!;
  const answer = await withWorld(invocation, (world) => world.call('redrive', { cell }));
  if (flag(options, 'json')) printJson(context, answer);
  else context.out(`${answer.redriven} dead letters of cell ${cell} wait to be worked on again`);
}
