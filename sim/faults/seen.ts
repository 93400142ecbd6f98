import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { LinkProbe } from '../links/contract.ts';
import type { PartSize } from '../world/part.ts';
import type { FaultPorts, LinkAsk, OpenFault, Seen } from './fault.ts';

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

/** Probes every link of the target and counts those that answer as wanted. One whose task was scaled away meanwhile wants for nothing. */
export async function seenLinks(
  ports: FaultPorts,
  fault: OpenFault,
  wanted: (probe: LinkProbe) => boolean,
  word: string,
  ask?: LinkAsk,
): Promise<Seen> {
  const probes = await Promise.all(fault.target.links.map((link) => probeIfThere(ports, link, ask)));
  const there = probes.filter((probe) => probe === null || wanted(probe)).length;
  return { ok: there === probes.length, text: `${there} of ${probes.length} links ${word}` };
}

async function probeIfThere(ports: FaultPorts, link: string, ask?: LinkAsk): Promise<LinkProbe | null> {
  try {
    return await ports.probeLink(link, ask);
  } catch (error) {
    if (error instanceof RpcError && error.code === 'usage') return null;
    throw error;
  }
}

/** Whether the fault's rule is off every link, and each that has no other rule answers as wanted. */
export function seenFree(
  ports: FaultPorts,
  fault: OpenFault,
  wanted: (probe: LinkProbe) => boolean,
  word: string,
  ask?: LinkAsk,
): Promise<Seen> {
  // A link may be under another fault's rule as well: then what it does says nothing about this one.
  const isFree = (probe: LinkProbe) => !probe.rules.includes(fault.id) && (probe.rules.length > 0 || wanted(probe));
  return seenLinks(ports, fault, isFree, word, ask);
}

/** The state of a part that its service ought to bring back, once it is back. */
export function seenBack(ports: FaultPorts, fault: OpenFault): Promise<Seen> {
  return seenStates(ports, fault, ['running'], 'running again');
}

/** Whether every part of the target is off its networks, or on them. A part that is gone is on none and misses none. */
export async function seenCutOff(ports: FaultPorts, fault: OpenFault, wanted: boolean, word: string): Promise<Seen> {
  const all = await Promise.all(fault.target.addresses.map((address) => ports.standing(address)));
  const there = all.filter(({ cutOff, size }) => cutOff === wanted || size === null).length;
  return { ok: there === all.length, text: `${there} of ${all.length} ${word}` };
}

/** Whether what every part of the target may use is as wanted. A part that is gone starts again as planned. */
export async function seenSize(
  ports: FaultPorts,
  fault: OpenFault,
  wanted: (size: PartSize, planned: PartSize) => boolean,
  word: string,
): Promise<Seen> {
  const all = await Promise.all(fault.target.addresses.map((address) => ports.standing(address)));
  const there = all.filter(({ size, planned }) => size === null || wanted(size, planned)).length;
  return { ok: there === all.length, text: `${there} of ${all.length} ${word}` };
}
