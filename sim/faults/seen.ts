import type { FaultPorts, OpenFault, Seen } from './fault.ts';

type State = Awaited<ReturnType<FaultPorts['partState']>>;

/** Whether every part of the target is in one of the wanted states, in words: `9 of 9 processes gone`. */
export async function seenStates(
  ports: FaultPorts,
  fault: OpenFault,
  wanted: readonly State[],
  word: string,
): Promise<Seen> {
  const states = await Promise.all(fault.target.addresses.map((address) => ports.partState(address)));
  const there = states.filter((state) => wanted.includes(state)).length;
  const parts = states.length === 1 ? 'part' : 'parts';
  return { ok: there === states.length, text: `${there} of ${states.length} ${parts} ${word}` };
}

/** Probes every link of the target and counts those that answer as wanted. */
export async function seenLinks(
  ports: FaultPorts,
  fault: OpenFault,
  wanted: (probe: Awaited<ReturnType<FaultPorts['probeLink']>>) => boolean,
  word: string,
): Promise<Seen> {
  const probes = await Promise.all(fault.target.links.map((link) => ports.probeLink(link)));
  const there = probes.filter(wanted).length;
  return { ok: there === probes.length, text: `${there} of ${probes.length} links ${word}` };
}

/** The state of a part that its service ought to bring back, once it is back. */
export function seenBack(ports: FaultPorts, fault: OpenFault): Promise<Seen> {
  return seenStates(ports, fault, ['running'], 'running again');
}
