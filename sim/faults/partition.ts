import type { FaultKind } from './fault.ts';
import { onLinks } from './on-links.ts';
import { seenFree, seenLinks } from './seen.ts';

/** Cuts links: open and new connections stall, nothing is lost, and what waited flows on after the heal. */
export const partition: FaultKind = {
  kind: 'partition',
  summary: 'cut a cell off (every link over its border) or one link; connections stall',
  example: 'petri partition router->b',
  ...onLinks(({ settings }) => ({ kind: 'cut', direction: settings['direction'] as 'both' | 'to' | 'from' })),
  settings: [
    {
      name: 'direction',
      type: 'word',
      default: 'both',
      words: ['both', 'to', 'from'],
      summary: 'which way is cut, seen from the left end of the link',
    },
  ],
  taken: (ports, fault) => seenLinks(ports, fault, (probe) => probe.outcome === 'silent', 'cut'),
  gone: (ports, fault) => seenFree(ports, fault, (probe) => probe.outcome !== 'silent', 'open'),
};
