import type { FaultKind } from './fault.ts';
import { onLinks } from './on-links.ts';
import { seenFree, seenLinks } from './seen.ts';

/** Delays every byte on its way to the far side, in order: a request and its answer are later by it once. */
export const latency: FaultKind = {
  kind: 'latency',
  summary: 'delay what crosses a link or a cell’s border: a request and its answer are later by it once',
  example: 'petri fault latency router->b latency=300ms jitter=100ms --for 20s',
  ...onLinks(({ settings }) => ({
    kind: 'latency',
    latencyMs: Number(settings['latency']),
    jitterMs: Number(settings['jitter']),
  })),
  settings: [
    { name: 'latency', type: 'durationMs', default: 300, min: 1, max: 30_000, summary: 'the delay' },
    { name: 'jitter', type: 'durationMs', default: 50, min: 0, max: 10_000, summary: 'up to so much more, at random' },
  ],
  taken(ports, fault) {
    const atLeast = Number(fault.settings['latency']);
    // A far side that is dead refuses at once; there the rule is set and nothing can be measured.
    return seenLinks(
      ports,
      fault,
      (probe) => probe.outcome === 'refused' || (probe.latencyMs ?? 0) >= atLeast,
      `slower by ${atLeast} ms`,
    );
  },
  gone(ports, fault) {
    const below = Number(fault.settings['latency']);
    return seenFree(
      ports,
      fault,
      (probe) => probe.outcome === 'refused' || (probe.outcome === 'passes' && (probe.latencyMs ?? 0) < below),
      'as quick as before',
    );
  },
};
