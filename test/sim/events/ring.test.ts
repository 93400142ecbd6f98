import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { EventRing } from '../../../sim/events/ring.ts';

function event(seq: number, kind = 'tick'): Event {
  return { v: 1, t: seq, at: seq, seq, life: 'l', part: 'p', kind };
}

const seqs = (events: readonly Event[]) => events.map(({ seq }) => seq);

test('keeps the newest events only, oldest first', () => {
  const ring = new EventRing(4);
  ring.push([1, 2, 3].map((n) => event(n)));
  expect(seqs(ring.newest(10, null))).toEqual([1, 2, 3]);
  ring.push([4, 5, 6].map((n) => event(n)));
  expect(seqs(ring.newest(10, null))).toEqual([3, 4, 5, 6]);
  expect(seqs(ring.newest(2, null))).toEqual([5, 6]);
});

test('filters by kind, for readers and for followers', () => {
  const ring = new EventRing(10);
  const followed: number[] = [];
  const stop = ring.follow(['job'], ({ seq }) => void followed.push(seq));
  ring.push([event(1), event(2, 'job'), event(3), event(4, 'job')]);
  stop();
  ring.push([event(5, 'job')]);
  expect(followed).toEqual([2, 4]);
  expect(seqs(ring.newest(10, ['job']))).toEqual([2, 4, 5]);
  expect(ring.findNewest(({ kind }) => kind === 'tick')?.seq).toBe(3);
  expect(ring.findNewest(({ kind }) => kind === 'none')).toBeNull();
});
