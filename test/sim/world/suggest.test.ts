import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../../sim/world/suggest.ts';

test.each([
  ['kil', 'kill', 1],
  ['ehal', 'heal', 1],
  ['web', 'web', 0],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
])('%s → %s takes %d edits', (left, right, edits) => {
  expect(editDistance(left, right)).toBe(edits);
});

test('is symmetric, and zero only between equals', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (left, right) => {
      const distance = editDistance(left, right);
      expect(distance).toBe(editDistance(right, left));
      expect(distance === 0).toBe(left === right);
      expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
    }),
  );
});

test('offers the nearest, and nothing for what is far from all', () => {
  expect(nearest('latncy', ['kill', 'latency', 'reset'])).toEqual(['latency']);
  expect(didYouMean('strat', ['start', 'stop'])).toBe(' (did you mean start?)');
  expect(didYouMean('elephant', ['start', 'stop'])).toBe('');
});
