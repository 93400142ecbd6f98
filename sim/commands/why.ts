import { safeText } from '../state/safe-text.ts';
import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';

export async function run(invocation: Invocation): Promise<void> {
  const subject = invocation.args[0]!;
  const answer = await withWorld(invocation, (world) => world.call('why', { subject }));
  if (flag(invocation.options, 'json')) return printJson(invocation.context, answer);
  for (const sentence of answer.sentences) invocation.context.out(safeText(sentence));
}
