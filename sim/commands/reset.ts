import type { Invocation } from './context.ts';
import { startGrowthDisplay } from './growth-display.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';

export async function run(invocation: Invocation): Promise<void> {
  const { options, context } = invocation;
  const status = await withWorld(invocation, async (world) => {
    const display = startGrowthDisplay(context, world);
    try {
      return await world.call('reset', {}, null);
    } finally {
      display.end();
    }
  });
  if (flag(options, 'json')) printJson(context, status);
  else
    context.out(`${status.name} is back at its start, with empty volumes, at ${status.router.url}\n${status.headline}`);
}
