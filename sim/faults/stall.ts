import type { FaultKind, OpenFault } from './fault.ts';
import { onLinks } from './on-links.ts';
import { seenFree, seenLinks } from './seen.ts';

/** A connection carries some bytes and goes silent, in the middle of an answer if it comes to that. New ones work, until they stall too. */
export const stall: FaultKind = {
  kind: 'stall',
  summary: 'let each connection go silent after some bytes; new ones work until they stall too',
  example: 'petri fault stall router->b afterBytes=20000 --for 20s',
  ...onLinks((fault) => ({ kind: 'stall', afterBytes: limitOf(fault) })),
  settings: [
    {
      name: 'afterBytes',
      type: 'number',
      default: 4096,
      min: 0,
      max: 10_000_000,
      summary: 'what each connection still carries, both ways together',
    },
  ],
  taken(ports, fault) {
    const word = `silent after ${limitOf(fault)} bytes`;
    return seenLinks(ports, fault, ({ outcome }) => outcome !== 'passes', word, { bytes: limitOf(fault) + 1 });
  },
  gone: (ports, fault) =>
    seenFree(ports, fault, ({ outcome }) => outcome !== 'silent', 'open', { bytes: limitOf(fault) + 1 }),
};

function limitOf({ settings }: OpenFault): number {
  return Number(settings['afterBytes']);
}
