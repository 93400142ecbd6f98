import type { LinkRule } from '../faults/fault.ts';

/** What happens to bytes that go one way. */
export interface FlowEffect {
  readonly stalled: boolean;
  readonly latencyMs: number;
  /** Up to so much is added to or taken from the latency of each chunk, never past 0; order is kept. */
  readonly jitterMs: number;
  /** Of the chunks such a share is lost and sent again, in [0, 1). */
  readonly lossShare: number;
  /** So much later than the bytes before it comes the end of a connection. */
  readonly closeLateMs: number;
  /** What all connections together may carry this way; null: no bound. */
  readonly bytesPerSecond: number | null;
}

/** What all rules on a link add up to. `to` is towards the far side, `from` comes from it. */
export interface LinkEffect {
  readonly to: FlowEffect;
  readonly from: FlowEffect;
  /** A new connection is reset once so many bytes have passed, both ways together; null: never. */
  readonly resetAfterBytes: number | null;
  /** Each connection goes silent once so many bytes more have passed, both ways together; null: never. */
  readonly stallAfterBytes: number | null;
}

const untouched: FlowEffect = {
  ...{ stalled: false, latencyMs: 0, jitterMs: 0, lossShare: 0, closeLateMs: 0 },
  bytesPerSecond: null,
};

export const noEffect: LinkEffect = {
  to: untouched,
  from: untouched,
  resetAfterBytes: null,
  stallAfterBytes: null,
};

/**
 * Adds rules up: any cut cuts, latencies, jitters and late ends are summed, what one rule lets pass another may lose, the narrowest line and the earliest reset and stall win.
 * Latency is charged on the way to the far side alone, so that a request and its answer are later by it once.
 */
export function addUp(rules: Iterable<LinkRule>): LinkEffect {
  let { to, from, resetAfterBytes, stallAfterBytes } = noEffect;
  for (const rule of rules) {
    switch (rule.kind) {
      case 'cut':
        if (rule.direction !== 'from') to = { ...to, stalled: true };
        if (rule.direction !== 'to') from = { ...from, stalled: true };
        break;
      case 'latency':
        to = { ...to, latencyMs: to.latencyMs + rule.latencyMs, jitterMs: to.jitterMs + rule.jitterMs };
        break;
      case 'loss':
        to = { ...to, lossShare: either(to.lossShare, rule.share) };
        from = { ...from, lossShare: either(from.lossShare, rule.share) };
        break;
      case 'reset':
        resetAfterBytes = least(resetAfterBytes, rule.afterBytes);
        break;
      case 'bandwidth':
        to = { ...to, bytesPerSecond: least(to.bytesPerSecond, rule.bytesPerSecond) };
        from = { ...from, bytesPerSecond: least(from.bytesPerSecond, rule.bytesPerSecond) };
        break;
      case 'stall':
        stallAfterBytes = least(stallAfterBytes, rule.afterBytes);
        break;
      case 'slow-close':
        to = { ...to, closeLateMs: to.closeLateMs + rule.delayMs };
        from = { ...from, closeLateMs: from.closeLateMs + rule.delayMs };
        break;
    }
  }
  return { to, from, resetAfterBytes, stallAfterBytes };
}

/** How long a chunk waits. `draw` is uniform in [0, 1). */
export function delayMs(effect: FlowEffect, draw: number): number {
  return Math.max(0, effect.latencyMs + effect.jitterMs * (2 * draw - 1));
}

/** The least that Linux waits before it sends again (TCP_RTO_MIN); each time that is lost too, twice as long (RFC 6298). */
const resendMs = 200;
const lossesMax = 6;

/** How much later a chunk comes for having been lost, in milliseconds: 0, 200, 600, 1400 … `draw` is uniform in [0, 1). */
export function resentAfterMs({ lossShare }: FlowEffect, draw: number): number {
  let losses = 0;
  for (let chance = lossShare; draw < chance && losses < lossesMax; chance *= lossShare) losses++;
  return resendMs * (2 ** losses - 1);
}

/** Whether what comes in may go out in the same turn, unlooked at. */
export function isFree(effect: FlowEffect): boolean {
  const { stalled, latencyMs, jitterMs, lossShare, closeLateMs, bytesPerSecond } = effect;
  const late = latencyMs + jitterMs + lossShare + closeLateMs;
  return !stalled && late === 0 && bytesPerSecond === null;
}

/** The chance that at least one of two independent things happens. */
function either(one: number, other: number): number {
  return 1 - (1 - one) * (1 - other);
}

function least(bound: number | null, other: number): number {
  return bound === null ? other : Math.min(bound, other);
}
