import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag, textOption } from './options.ts';
import { printJson } from './print.ts';
import { checkTenantId } from './tenant-id.ts';

export async function run(invocation: Invocation): Promise<void> {
  const tenant = checkTenantId(invocation.args[0]!);
  const cell = textOption(invocation.options, 'cell');
  const added = await withWorld(invocation, (world) => world.call('tenant.add', { tenant, cell }));
  if (flag(invocation.options, 'json')) printJson(invocation.context, added);
  else invocation.context.out(`${added.id} lives in cell ${added.cell}, epoch ${added.epoch}`);
}
