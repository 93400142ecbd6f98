import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';
import { checkTenantId } from './tenant-id.ts';

/** What `pin` and `quarantine` share: an entry of the override table, or its end with `--off`. */
export async function overrideTenant(
  invocation: Invocation,
  override: 'pinned' | 'quarantined',
  sentence: string,
): Promise<void> {
  const { args, options, context } = invocation;
  const tenant = checkTenantId(args[0]!);
  const off = flag(options, 'off');
  const status = await withWorld(invocation, (world) =>
    world.call('tenant.override', { tenant, override: off ? null : override }),
  );
  if (flag(options, 'json')) printJson(context, status);
  else context.out(off ? `${status.id} is no longer ${override}` : `${status.id} ${sentence}, in cell ${status.cell}`);
}
