import type { FaultKind } from './fault.ts';
import { seenBack } from './seen.ts';

/** Kills the part again each time its service has brought it back. */
export const crashLoop: FaultKind = {
  kind: 'crash-loop',
  summary: 'kill it again each time it has been replaced',
  example: 'petri fault crash-loop b/worker/1 --for 30s',
  targets: ['alb', 'web', 'worker', 'xl', 'aurora', 'dynamodb', 'sqs', 'service'],
  settings: [
    {
      name: 'alive',
      type: 'durationMs',
      default: 500,
      min: 0,
      max: 60_000,
      summary: 'how long it may live each time',
    },
  ],
  defaultForMs: 60_000,
  holds: () => false,
  async inject(ports, fault) {
    fault.notes.set('crashes', 1);
    await Promise.all(fault.target.addresses.map((address) => ports.kill(address)));
  },
  async tick(ports, fault) {
    for (const address of fault.target.addresses) {
      if ((await ports.partState(address)) !== 'running') {
        fault.notes.set(address, 0);
        continue;
      }
      const ticks = (fault.notes.get(address) ?? 0) + 1;
      fault.notes.set(address, ticks);
      if (ticks * 250 < Number(fault.settings['alive'])) continue;
      fault.notes.set('crashes', (fault.notes.get('crashes') ?? 0) + 1);
      await ports.kill(address);
    }
  },
  async heal(ports, fault) {
    await ports.startMissing(fault.target.addresses);
  },
  async taken(_ports, fault) {
    const crashes = fault.notes.get('crashes') ?? 0;
    return { ok: crashes > 0, text: `${fault.target.text} crashed ${crashes === 1 ? 'once' : `${crashes} times`}` };
  },
  gone: seenBack,
};
