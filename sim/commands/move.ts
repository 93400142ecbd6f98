import type { Invocation } from './context.ts';
import { moveTenant } from './move-tenant.ts';

export async function run(invocation: Invocation): Promise<void> {
  const [tenant = '', cell = ''] = invocation.args;
  await moveTenant(invocation, tenant, cell, 'move');
}
