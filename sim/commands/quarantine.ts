import type { Invocation } from './context.ts';
import { unavailable } from './failure.ts';
import { textOption } from './options.ts';
import { overrideTenant } from './override-tenant.ts';

export async function run(invocation: Invocation): Promise<void> {
  if (textOption(invocation.options, 'to') !== null)
    unavailable('--to moves the tenant: that is not in this version; without it the router refuses the tenant alone');
  await overrideTenant(invocation, 'quarantined', 'is quarantined: the router refuses it, and nobody else');
}
