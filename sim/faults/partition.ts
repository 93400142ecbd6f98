import type { FaultKind } from './fault.ts';
import { seenFree, seenLinks } from './seen.ts';

/** Cuts links: open and new connections stall, nothing is lost, and what waited flows on after the heal. */
export const partition: FaultKind = {
  kind: 'partition',
  summary: 'cut a cell off (every link over its border) or one link; connections stall',
  example: 'petri partition router->b',
  targets: ['cell', 'link'],
  settings: [
    {
      name: 'direction',
      type: 'word',
      default: 'both',
      words: ['both', 'to', 'from'],
      summary: 'which way is cut, seen from the left end of the link',
    },
  ],
  defaultForMs: 60_000,
  holds: () => false,
  async inject(ports, fault) {
    const direction = fault.settings['direction'] as 'both' | 'to' | 'from';
    await ports.setLinkRule(fault.id, fault.target.links, { kind: 'cut', direction });
  },
  async heal(ports, fault) {
    await ports.clearLinkRule(fault.id, fault.target.links);
  },
  taken: (ports, fault) => seenLinks(ports, fault, (probe) => probe.outcome === 'silent', 'cut'),
  gone: (ports, fault) => seenFree(ports, fault, (probe) => probe.outcome !== 'silent', 'open'),
};
