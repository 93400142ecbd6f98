import type { FaultKind } from './fault.ts';
import { seenBack } from './seen.ts';

/** The kernel kills a task that passes its memory limit: no goodbye, as with a kill, and its service replaces it. */
export const outOfMemory: FaultKind = {
  kind: 'out-of-memory',
  summary: 'fill a container to its memory limit until the kernel kills it; its service replaces it',
  example: 'petri fault out-of-memory b/worker/1',
  targets: ['alb', 'web', 'worker', 'xl', 'aurora', 'dynamodb', 'service'],
  on: ['docker'],
  settings: [],
  defaultForMs: 0,
  holds: () => false,
  async inject(ports, fault) {
    await Promise.all(fault.target.addresses.map((address) => ports.exhaustMemory(address)));
  },
  heal: (ports, fault) => ports.startMissing(fault.target.addresses),
  taken: async (_ports, fault) => ({ ok: true, text: `the kernel killed ${fault.target.text}: out of memory` }),
  gone: seenBack,
};
