import type { FaultKind } from './fault.ts';
import { onLinks } from './on-links.ts';
import { seenFree, seenLinks } from './seen.ts';

/** Answers every connection on a link with a TCP reset, open ones too. */
export const reset: FaultKind = {
  kind: 'reset',
  summary: 'reset every connection on a link, open and new',
  example: 'petri fault reset b/web/1->b/aurora --for 10s',
  ...onLinks(({ settings }) => ({ kind: 'reset', afterBytes: Number(settings['afterBytes']) })),
  settings: [
    {
      name: 'afterBytes',
      type: 'number',
      default: 0,
      min: 0,
      max: 1_000_000_000,
      summary: 'let so many bytes pass first; 0 resets at once',
    },
  ],
  taken(ports, fault) {
    if (Number(fault.settings['afterBytes']) > 0) return seenLinks(ports, fault, () => true, 'will be reset');
    return seenLinks(ports, fault, (probe) => probe.outcome === 'refused', 'reset');
  },
  // Whether the far side lives is not this fault's business: a refusal that stays is the far side's own.
  gone: (ports, fault) => seenFree(ports, fault, (probe) => probe.outcome !== 'silent', 'open'),
};
