import type { FaultKind, OpenFault } from './fault.ts';
import { clearVolumes, freeVolumes, seenVolumes, volumesOf, volumeTargets } from './volumes.ts';

/** Every commit waits for the disk, those that come meanwhile together. Reads do not wait. */
export const slowDisk: FaultKind = {
  kind: 'slow-disk',
  summary: 'let every commit on a volume take longer; reads are as quick as ever',
  example: 'petri fault slow-disk b/aurora delay=200ms --for 20s',
  targets: volumeTargets,
  settings: [
    { name: 'delay', type: 'durationMs', default: 100, min: 20, max: 10_000, summary: 'how much longer each takes' },
  ],
  defaultForMs: 60_000,
  outlivesRestart: true,
  holds: () => false,
  async inject(ports, fault) {
    await ports.setCondition(fault.id, volumesOf(ports, fault).flat(), { kind: 'slow-disk', delayMs: delayOf(fault) });
  },
  heal: clearVolumes,
  taken: (ports, fault) =>
    // A timer may fire a fraction early.
    seenVolumes(ports, fault, ({ tookMs }) => tookMs >= delayOf(fault) - 1, `slower by ${delayOf(fault)} ms`),
  gone: (ports, fault) => freeVolumes(ports, fault, ({ tookMs }) => tookMs < delayOf(fault) - 1, 'as quick as before'),
};

function delayOf({ settings }: OpenFault): number {
  return Number(settings['delay']);
}
