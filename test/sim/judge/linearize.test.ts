import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linearize, type Held, type RegisterOp } from '../../../sim/judge/linearize.ts';

/** Tries every order of every choice of the operations in doubt. */
function bruteForce(ops: readonly RegisterOp[], before: Held): boolean {
  const certain = ops.filter(({ toT }) => toT !== Infinity);
  const go = (left: readonly RegisterOp[], held: Held): boolean => {
    if (!left.some((op) => certain.includes(op))) return true;
    return left.some((op, index) => {
      if (left.some((other) => other !== op && other.toT < op.fromT)) return false;
      if (op.kind === 'read' && held !== undefined && held !== op.value) return false;
      return go(left.toSpliced(index, 1), op.value);
    });
  };
  return go(ops, before);
}

const histories = fc
  .array(
    fc.record({
      isWrite: fc.boolean(),
      reads: fc.nat(6),
      fromT: fc.nat(12),
      tookT: fc.integer({ min: 1, max: 8 }),
      isDoubtful: fc.boolean(),
    }),
    { maxLength: 7 },
  )
  .map((drawn) =>
    drawn.map(({ isWrite, reads, fromT, tookT, isDoubtful }, index): RegisterOp => {
      const toT = isWrite && isDoubtful ? Infinity : fromT + tookT;
      const written = drawn.flatMap((other, at) => (other.isWrite ? [`v${at}`] : []));
      const read = reads === 0 ? null : (written[(reads - 1) % Math.max(1, written.length)] ?? null);
      return { kind: isWrite ? 'write' : 'read', value: isWrite ? `v${index}` : read, fromT, toT };
    }),
  );

test('it says of small histories what trying every order says', () => {
  let yes = 0;
  fc.assert(
    fc.property(histories, fc.constantFrom(null, undefined), (ops, before) => {
      const { kind } = linearize(ops, new Set([before]), 1_000_000);
      const expected = bruteForce(ops, before) ? 'yes' : 'no';
      if (expected === 'yes') yes++;
      expect(kind).toBe(expected);
    }),
    { numRuns: 3000, seed: 20_261_125 },
  );
  expect(yes).toBeGreaterThan(300);
  expect(yes).toBeLessThan(2900);
});

test('what the register may hold afterwards is every value that some order ends with', () => {
  const overlapping: RegisterOp[] = [
    { kind: 'write', value: 'a', fromT: 1, toT: 5 },
    { kind: 'write', value: 'b', fromT: 2, toT: 6 },
  ];
  expect(linearize(overlapping, new Set([null]), 100)).toEqual({ kind: 'yes', held: new Set(['a', 'b']) });
  const seen: RegisterOp[] = [...overlapping, { kind: 'read', value: 'a', fromT: 7, toT: 8 }];
  expect(linearize(seen, new Set([null]), 100)).toEqual({ kind: 'yes', held: new Set(['a']) });
});

test('past its steps it does not know', () => {
  const ops = Array.from({ length: 14 }, (_, n): RegisterOp => ({ kind: 'write', value: `${n}`, fromT: 1, toT: 50 }));
  ops.push({ kind: 'read', value: 'never', fromT: 60, toT: 61 });
  expect(linearize(ops, new Set([null]), 1000)).toEqual({ kind: 'unknown' });
  expect(linearize(ops.slice(8), new Set([null]), 100_000)).toEqual({ kind: 'no' });
});
