import type { Invocation } from './context.ts';
import { injectFault } from './inject-fault.ts';

export async function run(invocation: Invocation): Promise<void> {
  await injectFault(invocation, { kind: 'pause', target: invocation.args[0]!, settings: [] });
}
