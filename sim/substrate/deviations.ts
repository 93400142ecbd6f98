import type { SubstrateName } from './substrate.ts';

/** One case of the conformance suite that a substrate does not hold to, and why. `petri about --fidelity` prints them. */
export interface Deviation {
  /** The case's title in the suite. */
  readonly case: string;
  readonly substrate: SubstrateName;
  readonly reason: string;
}

export const deviations: readonly Deviation[] = [
  {
    case: 'takes a part off its networks and puts it back',
    substrate: 'process',
    reason: 'processes share the network of the machine: links are cut instead',
  },
  {
    case: 'changes what a running part may use, and puts it back',
    substrate: 'process',
    reason: 'what a process may use is not limited: its size in the world file is only told',
  },
  {
    case: 'lets the kernel kill a part that fills its memory',
    substrate: 'process',
    reason: 'the limit is the whole machine, which must not run out of memory',
  },
  {
    case: 'sees that somebody else started a part again',
    substrate: 'process',
    reason: 'a process that has ended is gone: nobody else can start it',
  },
  {
    case: 'sees that somebody else took a part off its networks and put it back',
    substrate: 'process',
    reason: 'processes share the network of the machine',
  },
  {
    case: 'takes over what a dead owner left behind',
    substrate: 'process',
    reason: 'nothing of a process can be used again: what is left is swept, and started anew',
  },
];
