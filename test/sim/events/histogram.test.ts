import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from '../../../sim/events/histogram.ts';

const latencies = fc.array(fc.double({ min: 0.06, max: 110_000, noNaN: true }), { minLength: 1, maxLength: 400 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

test('a percentile is within 3 % of the true one', () => {
  fc.assert(
    fc.property(latencies, fc.constantFrom(0.5, 0.95, 0.99, 1), (values, share) => {
      const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1]!;
      const read = histogramOf(values).percentile(share)!;
      expect(Math.abs(read - exact) / exact).toBeLessThanOrEqual(0.03);
    }),
  );
});

test('merged histograms answer like one that saw everything', () => {
  fc.assert(
    fc.property(latencies, latencies, (some, others) => {
      const merged = histogramOf(some);
      merged.add(histogramOf(others));
      const whole = histogramOf([...others, ...some]);
      expect(merged.total).toBe(whole.total);
      for (const share of [0.5, 0.95, 0.99]) expect(merged.percentile(share)).toBe(whole.percentile(share));
    }),
  );
});

test('what lies outside its range is counted at the ends, and nothing is null rather than 0', () => {
  expect(new Histogram().percentile(0.5)).toBeNull();
  expect(histogramOf([0, 0, 0]).percentile(0.5)).toBe(0.05);
  expect(histogramOf([10_000_000]).percentile(0.5)).toBeGreaterThan(110_000);
  const emptied = histogramOf([1]);
  emptied.clear();
  expect(emptied.percentile(0.5)).toBeNull();
});
