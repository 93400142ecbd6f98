import type { Invocation } from './context.ts';
import { describeStatus } from './describe-status.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';

export async function run(invocation: Invocation): Promise<void> {
  const status = await withWorld(invocation, (world) => world.call('status', {}));
  if (flag(invocation.options, 'json')) printJson(invocation.context, status);
  else describeStatus(invocation.context, status);
}
