import type { FaultKind, OpenFault } from './fault.ts';
import { onLinks } from './on-links.ts';
import { seenFree, seenLinks } from './seen.ts';

/** Whoever closes is heard late: the other side goes on believing in a connection that is no more. */
export const slowClose: FaultKind = {
  kind: 'slow-close',
  summary: 'let the end of a connection come late over a link or a cell’s border',
  example: 'petri fault slow-close router->b delay=5s --for 20s',
  ...onLinks((fault) => ({ kind: 'slow-close', delayMs: delayOf(fault) })),
  settings: [
    { name: 'delay', type: 'durationMs', default: 3000, min: 10, max: 10_000, summary: 'how much later an end comes' },
  ],
  taken(ports, fault) {
    return seenLinks(
      ports,
      fault,
      (probe) => probe.outcome === 'refused' || (probe.latencyMs ?? 0) >= delayOf(fault),
      `heard to close ${delayOf(fault)} ms late`,
      { closes: true },
    );
  },
  gone(ports, fault) {
    return seenFree(
      ports,
      fault,
      (probe) => probe.outcome === 'refused' || (probe.latencyMs ?? delayOf(fault)) < delayOf(fault),
      'heard to close in time',
      { closes: true },
    );
  },
};

function delayOf({ settings }: OpenFault): number {
  return Number(settings['delay']);
}
