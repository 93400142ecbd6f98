import { describe, expect, it } from 'vitest';
import { addUp, delayMs, isFree, noEffect, resentAfterMs } from '../../../sim/links/rules.ts';

describe('what the rules on a link add up to', () => {
  it('is nothing without rules', () => {
    expect(addUp([])).toEqual(noEffect);
  });

  it('is any cut, the sum of latencies, the earliest reset', () => {
    const effect = addUp([
      { kind: 'cut', direction: 'from' },
      { kind: 'latency', latencyMs: 100, jitterMs: 10 },
      { kind: 'reset', afterBytes: 500 },
      { kind: 'latency', latencyMs: 50, jitterMs: 0 },
      { kind: 'reset', afterBytes: 20 },
    ]);
    expect(effect).toEqual({
      to: { ...noEffect.to, latencyMs: 150, jitterMs: 10 },
      from: { ...noEffect.from, stalled: true },
      resetAfterBytes: 20,
      stallAfterBytes: null,
    });
  });

  it('is the narrowest line, the earliest stall, the sum of late ends', () => {
    const effect = addUp([
      { kind: 'bandwidth', bytesPerSecond: 9000 },
      { kind: 'stall', afterBytes: 0 },
      { kind: 'slow-close', delayMs: 200 },
      { kind: 'bandwidth', bytesPerSecond: 4000 },
      { kind: 'stall', afterBytes: 70 },
      { kind: 'slow-close', delayMs: 100 },
    ]);
    const way = { ...noEffect.to, bytesPerSecond: 4000, closeLateMs: 300 };
    expect(effect).toEqual({ to: way, from: way, resetAfterBytes: null, stallAfterBytes: 0 });
  });

  it('lets bytes pass unlooked at only without rules', () => {
    expect(isFree(noEffect.to)).toBe(true);
    for (const rule of [
      { kind: 'cut', direction: 'both' },
      { kind: 'latency', latencyMs: 1, jitterMs: 0 },
      { kind: 'loss', share: 0.01 },
      { kind: 'bandwidth', bytesPerSecond: 1e7 },
      { kind: 'slow-close', delayMs: 1 },
    ] as const) {
      expect(isFree(addUp([rule]).to), rule.kind).toBe(false);
    }
  });

  it.each([
    ['both', true, true],
    ['to', true, false],
    ['from', false, true],
  ] as const)('cuts %s', (direction, to, from) => {
    const effect = addUp([{ kind: 'cut', direction }]);
    expect([effect.to.stalled, effect.from.stalled]).toEqual([to, from]);
  });

  it('is what either of two losses loses', () => {
    const effect = addUp([
      { kind: 'loss', share: 0.5 },
      { kind: 'loss', share: 0.2 },
    ]);
    expect([effect.to.lossShare, effect.from.lossShare]).toEqual([0.6, 0.6]);
  });

  it('sends again after 200 ms, and after twice as long each further time', () => {
    const effect = { ...noEffect.to, lossShare: 0.5 };
    expect([0.9, 0.4, 0.2, 0.1, 0].map((draw) => resentAfterMs(effect, draw))).toEqual([0, 200, 600, 1400, 12_600]);
    expect(resentAfterMs(noEffect.to, 0)).toBe(0);
  });

  it('spreads jitter around the latency, never below nothing', () => {
    const effect = { ...noEffect.to, latencyMs: 20, jitterMs: 30 };
    expect([0, 0.5, 1].map((draw) => delayMs(effect, draw))).toEqual([0, 20, 50]);
  });
});
