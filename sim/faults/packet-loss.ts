import type { FaultKind, OpenFault } from './fault.ts';
import { onLinks } from './on-links.ts';
import { seenFree, seenLinks } from './seen.ts';

/**
 * Loses packets, as TCP shows it: nothing is missing or out of order, what was lost comes after the time that Linux waits before
 * it sends again, and whatever follows on that connection waits with it.
 */
export const packetLoss: FaultKind = {
  kind: 'packet-loss',
  summary: 'lose packets of a link or a cell’s border: 200 ms later they are sent again, and what follows has waited',
  example: 'petri fault packet-loss router->b share=5% --for 20s',
  ...onLinks((fault) => ({ kind: 'loss', share: shareOf(fault) })),
  settings: [
    { name: 'share', type: 'share', default: 0.05, min: 0.001, max: 0.9, summary: 'of what crosses, each way' },
  ],
  taken(ports, fault) {
    // Whether a probe is among those that are lost is chance: the link itself says that the rule is on it.
    return seenLinks(
      ports,
      fault,
      ({ rules }) => rules.includes(fault.id),
      `losing ${Number((shareOf(fault) * 100).toPrecision(3))} %`,
    );
  },
  gone: (ports, fault) => seenFree(ports, fault, ({ outcome }) => outcome !== 'silent', 'losing nothing'),
};

function shareOf({ settings }: OpenFault): number {
  return Number(settings['share']);
}
