import { describe, expect, test } from 'vitest';
import { isTrue, parseCondition } from '../../../sim/scenario/condition.ts';
import type { Condition } from '../../../sim/scenario/scenario.ts';
import type { Status } from '../../../sim/state/status.ts';

function condition(text: string): Condition {
  const parsed = parseCondition(text, ['a', 'b']);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** As much of a status as conditions read. */
const cell = (id: string, health: string, waiting: number | null, p99: number | null) => ({
  id,
  health,
  traffic: { latencyMsP99: p99, errorRatio: 0.02 },
  queues: { standard: { waiting }, deadLetter: { waiting: 0 } },
});
const status = {
  mood: 'hurt',
  faults: [{ state: 'open' }, { state: 'gone' }],
  cells: [cell('a', 'serving', 5, 20), cell('b', 'down', null, null)],
  traffic: { offeredPerSecond: 40 },
} as unknown as Status;

describe('a condition', () => {
  test.each([
    ['mood = hurt', true],
    ['mood != hurt', false],
    ['faults.open = 1', true],
    ['traffic.offered >= 40', true],
    ['a.health = serving', true],
    ['b.health = serving', false],
    ['a.queue.standard.waiting > 4', true],
    ['a.queue.standard.waiting > 5', false],
    ['a.p99 < 20ms', false],
    ['a.p99 <= 20ms', true],
    ['a.errors > 1%', true],
    ['a.errors > 2%', false],
  ])('%s is %s', (text, expected) => {
    expect(isTrue(condition(text), status)).toBe(expected);
  });

  test('of something that nobody can read is unknown, never so', () => {
    expect(isTrue(condition('b.queue.standard.waiting < 100'), status)).toBeNull();
  });

  test('of every cell is so where it is so of each', () => {
    expect(isTrue(condition('*.health = serving'), status)).toBe(false);
    expect(isTrue(condition('*.errors < 5%'), status)).toBe(true);
  });

  test('of every cell is not so where one is not, though another cannot be read', () => {
    expect(isTrue(condition('*.queue.standard.waiting < 1'), status)).toBe(false);
    expect(isTrue(condition('*.queue.standard.waiting < 100'), status)).toBeNull();
  });
});
