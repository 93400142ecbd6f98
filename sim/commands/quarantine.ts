import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { moveTenant } from './move-tenant.ts';
import { flag, textOption } from './options.ts';
import { overrideTenant } from './override-tenant.ts';

export async function run(invocation: Invocation): Promise<void> {
  const to = textOption(invocation.options, 'to');
  if (to === null) {
    return overrideTenant(invocation, 'quarantined', 'is quarantined: the router refuses it, and nobody else');
  }
  if (flag(invocation.options, 'off')) usage('give --off or --to, not both');
  await moveTenant(invocation, invocation.args[0] ?? '', to, 'quarantine');
}
