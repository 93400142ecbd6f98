import { describe, expect, it } from 'vitest';
import { addUp, delayMs, noEffect } from '../../../sim/links/rules.ts';

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
      to: { stalled: false, latencyMs: 150, jitterMs: 10 },
      from: { stalled: true, latencyMs: 0, jitterMs: 0 },
      resetAfterBytes: 20,
    });
  });

  it.each([
    ['both', true, true],
    ['to', true, false],
    ['from', false, true],
  ] as const)('cuts %s', (direction, to, from) => {
    const effect = addUp([{ kind: 'cut', direction }]);
    expect([effect.to.stalled, effect.from.stalled]).toEqual([to, from]);
  });

  it('spreads jitter around the latency, never below nothing', () => {
    const effect = { stalled: false, latencyMs: 20, jitterMs: 30 };
    expect([0, 0.5, 1].map((draw) => delayMs(effect, draw))).toEqual([0, 20, 50]);
  });
});
