import { describe, expect, test } from 'vitest';
import { RouterChoice } from '../../../sim/traffic/router-choice.ts';

describe('which of two routers is asked', () => {
  test('both in turn while both answer', () => {
    const choice = new RouterChoice(2);
    expect([0, 1, 2, 3].map((nowMs) => choice.next(nowMs))).toEqual([0, 1, 0, 1]);
  });

  test('one that refuses rests for half a second, then is tried again', () => {
    const choice = new RouterChoice(2);
    choice.sent(1, 0);
    choice.ended(1, 'refused', 1);
    expect([2, 3, 4].map((nowMs) => choice.next(nowMs))).toEqual([0, 0, 0]);
    expect([600, 601].map((nowMs) => choice.next(nowMs))).toEqual([1, 0]);
  });

  test('one that holds requests for a second without any answer is left alone until it answers', () => {
    const choice = new RouterChoice(2);
    choice.sent(0, 0);
    expect(choice.next(999)).toBe(0);
    expect([1000, 1001].map((nowMs) => choice.next(nowMs))).toEqual([1, 1]);
    choice.ended(0, 'answered', 3000);
    expect([3001, 3002].map((nowMs) => choice.next(nowMs)).toSorted()).toEqual([0, 1]);
  });

  test('one that let a client wait in vain gets no request, and is probed, until it answers', () => {
    const choice = new RouterChoice(2);
    choice.sent(0, 0);
    expect(choice.toProbe()).toEqual([]);
    choice.ended(0, 'lost', 10_000);
    expect(choice.toProbe()).toEqual([0]);
    expect([60_000, 60_001].map((nowMs) => choice.next(nowMs))).toEqual([1, 1]);
    choice.sent(0, 60_002);
    choice.ended(0, 'answered', 60_003);
    expect(choice.toProbe()).toEqual([]);
    expect([60_004, 60_005].map((nowMs) => choice.next(nowMs)).toSorted()).toEqual([0, 1]);
  });

  test('a connection that broke says nothing about the next one', () => {
    const choice = new RouterChoice(2);
    choice.sent(0, 0);
    choice.ended(0, 'lost', 5);
    expect(choice.toProbe()).toEqual([]);
    expect(choice.next(6)).toBe(0);
  });

  test('all of them where none looks well, and nobody twice', () => {
    const choice = new RouterChoice(2);
    for (const router of [0, 1]) {
      choice.sent(router, 0);
      choice.ended(router, 'refused', 1);
    }
    expect([2, 3].map((nowMs) => choice.next(nowMs))).toEqual([0, 1]);
    expect(choice.next(4, new Set([0, 1]))).toBeNull();
    expect(new RouterChoice(0).next(0)).toBeNull();
  });
});
