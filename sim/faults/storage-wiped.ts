import type { FaultKind } from './fault.ts';
import { seenBack } from './seen.ts';

/** Somebody deletes what a store keeps: its parts start again on an empty volume, with the seed and nothing of what was acknowledged. */
export const storageWiped: FaultKind = {
  kind: 'storage-wiped',
  summary: 'kill the parts of a store, empty its volume, start them again: what was acknowledged is lost',
  example: 'petri fault storage-wiped b/aurora',
  targets: ['aurora', 'dynamodb', 'sqs', 'map'],
  settings: [],
  defaultForMs: 0,
  holds: () => true,
  async inject(ports, fault) {
    const parts = [...new Set(fault.target.addresses.flatMap((address) => ports.sharersOf(address)))];
    ports.hold(fault.id, parts);
    try {
      await Promise.all(parts.map((address) => ports.kill(address)));
      for (const address of fault.target.addresses) {
        fault.notes.set(address, await ports.wipe(address));
      }
    } finally {
      ports.release(fault.id);
    }
    await ports.startMissing(parts);
  },
  async heal(ports, fault) {
    ports.release(fault.id);
    await ports.startMissing(fault.target.addresses);
  },
  async taken(_ports, fault) {
    const files = [...fault.notes.values()].reduce((sum, count) => sum + count, 0);
    return { ok: fault.notes.size > 0, text: `${files} files are gone for good` };
  },
  gone: seenBack,
};
