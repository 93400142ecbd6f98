import type { FaultPorts, OpenFault, PartConditions, Seen } from './fault.ts';

/** Whether every one of the parts that answers says what is wanted, and at least one does. */
export async function seenParts(
  ports: FaultPorts,
  addresses: readonly string[],
  wanted: (seen: PartConditions) => boolean,
  word: string,
): Promise<Seen> {
  const seen = await look(ports, addresses);
  const there = seen.filter(wanted).length;
  return { ok: there > 0 && there === seen.length, text: told(there, addresses.length, word) };
}

/** Whether the fault is off every one of the parts, and each that no other fault is on says what is wanted. */
export async function freeParts(
  ports: FaultPorts,
  fault: OpenFault,
  addresses: readonly string[],
  wanted: (seen: PartConditions) => boolean,
  word: string,
): Promise<Seen> {
  const seen = await look(ports, addresses);
  const isFree = (one: PartConditions) => !one.faults.includes(fault.id) && (one.faults.length > 0 || wanted(one));
  const altered = seen.filter((one) => !isFree(one)).length;
  return { ok: altered === 0, text: told(addresses.length - altered, addresses.length, word) };
}

export async function clearParts(ports: FaultPorts, fault: OpenFault, addresses: readonly string[]): Promise<void> {
  await ports.clearCondition(fault.id, addresses);
}

async function look(ports: FaultPorts, addresses: readonly string[]): Promise<readonly PartConditions[]> {
  const seen = await Promise.all(addresses.map((address) => ports.conditionsOf(address)));
  return seen.filter((one) => one !== null);
}

function told(there: number, all: number, word: string): string {
  return `${there} of ${all} ${all === 1 ? 'part' : 'parts'} ${word}`;
}
