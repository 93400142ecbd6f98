import type { FaultKind } from './fault.ts';
import { clearVolumes, freeVolumes, seenVolumes, volumesOf, volumeTargets, type VolumeSeen } from './volumes.ts';

/** A volume without room: what is there can be read, and nothing can be added. */
export const diskFull: FaultKind = {
  kind: 'disk-full',
  summary: 'let a volume hold no more than it does now: writes are refused, reads go on',
  example: 'petri fault disk-full b/aurora --for 20s',
  targets: volumeTargets,
  settings: [
    {
      name: 'free',
      type: 'number',
      default: 0,
      min: 0,
      max: 1_000_000_000,
      summary: 'so many bytes of room are left; 0 is full at once',
    },
  ],
  defaultForMs: 60_000,
  outlivesRestart: true,
  holds: () => false,
  async inject(ports, fault) {
    const free = Number(fault.settings['free']);
    for (const sharers of volumesOf(ports, fault)) {
      const seen = await Promise.all(sharers.map((address) => ports.conditionsOf(address)));
      // What it holds now is what it may hold after a restart: a full disk stays full.
      const bytesMax = Math.max(0, ...seen.map((one) => one?.volume?.usedBytes ?? 0)) + free;
      await ports.setCondition(fault.id, sharers, { kind: 'volume-size', bytesMax });
    }
  },
  heal: clearVolumes,
  taken(ports, fault) {
    const free = Number(fault.settings['free']);
    if (free > 0) return seenVolumes(ports, fault, ({ bytesMax }) => bytesMax !== null, `with ${free} bytes of room`);
    return seenVolumes(ports, fault, ({ write }) => write !== 'done', 'full');
  },
  gone: (ports, fault) => freeVolumes(ports, fault, isItself, 'with the room of before'),
};

/** A volume of a stated size may be full without any fault. */
function isItself({ write, bytesMax, statedBytes }: VolumeSeen): boolean {
  return write !== 'full' || bytesMax === statedBytes;
}
