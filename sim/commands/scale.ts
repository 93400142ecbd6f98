import { parseWhole, quote } from '../world/quantities.ts';
import { didYouMean, orList } from '../world/suggest.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';

const services = ['web', 'worker', 'xl'] as const;

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, context } = invocation;
  const [cell = '', typedService = '', typedCount = ''] = args;
  const service = services.find((candidate) => candidate === typedService);
  if (service === undefined)
    usage(`the service must be ${orList(services)}, not ${quote(typedService)}${didYouMean(typedService, services)}`);
  const count = parseWhole(typedCount, { min: 0, max: 16 });
  if (!count.ok) usage(`the number of tasks ${count.error}`);
  const answer = await withWorld(invocation, (world) =>
    world.call('scale', { cell, service, count: count.value }, 60_000),
  );
  if (flag(options, 'json')) printJson(context, answer);
  else context.out(`${cell}/${service} has ${answer.addresses.length}: ${answer.addresses.join(', ') || 'none'}`);
}
