import { kindOf } from '../world/address.ts';
import type { FaultKind, FaultPorts, OpenFault, PartConditions, Seen } from './fault.ts';

/** The kinds of parts that keep data of Petri's own making on a volume. */
const keepers = ['aurora', 'dynamodb', 'worker', 'xl', 'map'] as const;

export const volumeTargets: FaultKind['targets'] = ['cell', ...keepers];

export type VolumeSeen = NonNullable<PartConditions['volume']>;

/** The target's volumes, each as the addresses of the parts that have it. */
export function volumesOf(ports: FaultPorts, fault: OpenFault): readonly (readonly string[])[] {
  const volumes = new Map<string, readonly string[]>();
  for (const address of fault.target.addresses) {
    if (!keepers.some((kind) => kind === kindOf(address))) continue;
    const sharers = ports.sharersOf(address);
    volumes.set(sharers.join(' '), sharers);
  }
  return [...volumes.values()];
}

/** Whether every part that has one of the volumes, and answers, sees it as wanted, and one answers at all: the others are told when they can be. */
export async function seenVolumes(
  ports: FaultPorts,
  fault: OpenFault,
  wanted: (volume: VolumeSeen) => boolean,
  word: string,
): Promise<Seen> {
  const volumes = await look(ports, fault);
  const answering = volumes.filter((parts) => parts.length > 0);
  const there = answering.filter((parts) => parts.every(({ volume }) => volume && wanted(volume)));
  const ok = there.length > 0 && there.length === answering.length;
  return { ok, text: told(there.length, volumes.length, word) };
}

/** Whether the fault is off every volume, and each that no other fault is on is seen as wanted. A part that is gone sees nothing. */
export async function freeVolumes(
  ports: FaultPorts,
  fault: OpenFault,
  wanted: (volume: VolumeSeen) => boolean,
  word: string,
): Promise<Seen> {
  const volumes = await look(ports, fault);
  const isFree = ({ volume, faults }: PartConditions) =>
    !faults.includes(fault.id) && (faults.length > 0 || !volume || wanted(volume));
  const there = volumes.filter((parts) => parts.every(isFree));
  return { ok: there.length === volumes.length, text: told(there.length, volumes.length, word) };
}

export async function clearVolumes(ports: FaultPorts, fault: OpenFault): Promise<void> {
  await ports.clearCondition(fault.id, volumesOf(ports, fault).flat());
}

function look(ports: FaultPorts, fault: OpenFault): Promise<readonly (readonly PartConditions[])[]> {
  return Promise.all(
    volumesOf(ports, fault).map(async (sharers) => {
      const seen = await Promise.all(sharers.map((address) => ports.conditionsOf(address)));
      return seen.filter((one) => one !== null);
    }),
  );
}

function told(there: number, all: number, word: string): string {
  return `${there} of ${all} ${all === 1 ? 'volume' : 'volumes'} ${word}`;
}
