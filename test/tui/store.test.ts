import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeSnapshot } from '../support/fake-world.ts';
import { Store } from '../../tui/store.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('two thousand snapshots in a second are at most ten pictures, the last one the newest', () => {
  const store = new Store('mono');
  let pictures = 0;
  store.subscribe(() => pictures++);
  for (let index = 0; index < 2000; index++) {
    store.take(fakeSnapshot({ moment: index === 1999 ? 'killed' : 'calm' }));
    vi.advanceTimersByTime(0.5);
  }
  vi.advanceTimersByTime(100);
  expect(pictures).toBeLessThanOrEqual(11);
  expect(store.getState().shown?.status.mood).toBe('hurt');
});

test('a lost supervisor is said with the seconds, and the picture stays', () => {
  const store = new Store('mono');
  store.connected();
  store.take(fakeSnapshot());
  vi.advanceTimersByTime(1);
  store.lost();
  vi.advanceTimersByTime(31_000);
  const { connection, shown } = store.getState();
  expect(connection.kind === 'lost' && Math.floor(connection.forMs / 1000)).toBe(31);
  expect(shown).not.toBeNull();
  store.connected();
  expect(store.getState().connection).toEqual({ kind: 'live' });
  store.close();
});
