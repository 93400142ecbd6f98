import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { moveTenant } from './move-tenant.ts';
import { flag } from './options.ts';
import { overrideTenant } from './override-tenant.ts';

export async function run(invocation: Invocation): Promise<void> {
  const [tenant = '', cell] = invocation.args;
  if (cell === undefined) return overrideTenant(invocation, 'pinned', 'is pinned: it is held where it is');
  if (flag(invocation.options, 'off')) usage('--off holds a tenant no longer and moves it nowhere: leave the cell out');
  await moveTenant(invocation, tenant, cell, 'pin');
}
