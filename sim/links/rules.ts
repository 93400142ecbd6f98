import type { LinkRule } from '../faults/fault.ts';

/** What happens to bytes that go one way. */
export interface FlowEffect {
  readonly stalled: boolean;
  readonly latencyMs: number;
  /** Up to so much is added to or taken from the latency of each chunk, never past 0; order is kept. */
  readonly jitterMs: number;
}

/** What all rules on a link add up to. `to` is towards the far side, `from` comes from it. */
export interface LinkEffect {
  readonly to: FlowEffect;
  readonly from: FlowEffect;
  /** A new connection is reset once so many bytes have passed, both ways together; null: never. */
  readonly resetAfterBytes: number | null;
}

const untouched: FlowEffect = { stalled: false, latencyMs: 0, jitterMs: 0 };

export const noEffect: LinkEffect = { to: untouched, from: untouched, resetAfterBytes: null };

/**
 * Adds rules up: any cut cuts, latencies and jitters are summed, the earliest reset wins.
 * Latency is charged on the way to the far side alone, so that a request and its answer are later by it once.
 */
export function addUp(rules: Iterable<LinkRule>): LinkEffect {
  let { to, from, resetAfterBytes } = noEffect;
  for (const rule of rules) {
    switch (rule.kind) {
      case 'cut':
        if (rule.direction !== 'from') to = { ...to, stalled: true };
        if (rule.direction !== 'to') from = { ...from, stalled: true };
        break;
      case 'latency':
        to = { ...to, latencyMs: to.latencyMs + rule.latencyMs, jitterMs: to.jitterMs + rule.jitterMs };
        break;
      case 'reset':
        resetAfterBytes = Math.min(resetAfterBytes ?? Number.POSITIVE_INFINITY, rule.afterBytes);
        break;
    }
  }
  return { to, from, resetAfterBytes };
}

/** How long a chunk waits. `draw` is uniform in [0, 1). */
export function delayMs(effect: FlowEffect, draw: number): number {
  return Math.max(0, effect.latencyMs + effect.jitterMs * (2 * draw - 1));
}
