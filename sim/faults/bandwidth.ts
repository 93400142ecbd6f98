import type { FaultKind, OpenFault } from './fault.ts';
import { onLinks } from './on-links.ts';
import { seenFree, seenLinks } from './seen.ts';

/** Narrows a link: its connections share so many bytes a second each way, and what does not fit waits in order. */
export const bandwidth: FaultKind = {
  kind: 'bandwidth',
  summary: 'let only so many bytes a second cross a link or a cell’s border, each way; the rest waits',
  example: 'petri fault bandwidth router->b bytesPerSecond=2000 --for 20s',
  ...onLinks((fault) => ({ kind: 'bandwidth', bytesPerSecond: rateOf(fault) })),
  settings: [
    {
      name: 'bytesPerSecond',
      type: 'number',
      default: 4000,
      min: 10,
      max: 10_000_000,
      summary: 'what each link still carries',
    },
  ],
  taken(ports, fault) {
    const { bytes, atLeastMs } = trial(fault);
    return seenLinks(
      ports,
      fault,
      (probe) => probe.outcome === 'refused' || (probe.latencyMs ?? 0) >= atLeastMs,
      `with ${rateOf(fault)} bytes a second`,
      { bytes },
    );
  },
  gone(ports, fault) {
    const { bytes, atLeastMs } = trial(fault);
    return seenFree(
      ports,
      fault,
      (probe) => probe.outcome === 'refused' || (probe.latencyMs ?? atLeastMs) < atLeastMs,
      'as wide as before',
      { bytes },
    );
  },
};

function rateOf({ settings }: OpenFault): number {
  return Number(settings['bytesPerSecond']);
}

/** Bytes that take the narrowed link a fifth of a second and more, there and back together. */
function trial(fault: OpenFault): { readonly bytes: number; readonly atLeastMs: number } {
  return { bytes: Math.max(1, Math.ceil(rateOf(fault) / 10)), atLeastMs: 190 };
}
