import type { Invocation } from './context.ts';
import { unavailable } from './failure.ts';
import { overrideTenant } from './override-tenant.ts';

export async function run(invocation: Invocation): Promise<void> {
  if (invocation.args[1] !== undefined)
    unavailable(
      'pinning a tenant to another cell moves its data: that is not in this version; petri pin TENANT holds it where it is',
    );
  await overrideTenant(invocation, 'pinned', 'is pinned: it is held where it is');
}
