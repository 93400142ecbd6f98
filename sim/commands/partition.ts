import type { Invocation } from './context.ts';
import { injectFault } from './inject-fault.ts';

export async function run(invocation: Invocation): Promise<void> {
  const [target = '', ...settings] = invocation.args;
  await injectFault(invocation, { kind: 'partition', target, settings });
}
