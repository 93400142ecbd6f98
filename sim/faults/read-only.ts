import type { FaultKind } from './fault.ts';
import { clearVolumes, freeVolumes, seenVolumes, volumesOf, volumeTargets } from './volumes.ts';

/** A volume that was mounted again without the right to write, as file systems do when they no longer trust a disk. */
export const readOnly: FaultKind = {
  kind: 'read-only',
  summary: 'let a volume be read and not written: writes are refused, reads go on',
  example: 'petri fault read-only b/aurora --for 20s',
  targets: volumeTargets,
  settings: [],
  defaultForMs: 60_000,
  outlivesRestart: true,
  holds: () => false,
  async inject(ports, fault) {
    await ports.setCondition(fault.id, volumesOf(ports, fault).flat(), { kind: 'read-only' });
  },
  heal: clearVolumes,
  taken: (ports, fault) => seenVolumes(ports, fault, ({ write }) => write === 'read-only', 'read-only'),
  gone: (ports, fault) => freeVolumes(ports, fault, ({ write }) => write !== 'read-only', 'writable'),
};
