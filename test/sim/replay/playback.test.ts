import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import {
  beginning,
  passed,
  turned,
  type Film,
  type Playback,
  type PlaybackIntent,
} from '../../../sim/replay/playback.ts';
import { fakeSnapshot } from '../../support/fake-world.ts';

const event = { v: 1, t: 1, at: 1, seq: 1, life: 'x', part: 'b/web/1', kind: 'write.committed' } as Event;
/** Something happens every 700 ms. */
const film: Film = {
  endMs: 10_000,
  at: () => fakeSnapshot(),
  step(fromMs, by) {
    const ms = by === 1 ? (Math.floor(fromMs / 700) + 1) * 700 : (Math.ceil(fromMs / 700) - 1) * 700;
    return ms < 0 || ms > 10_000 ? null : { ms, event };
  },
};
const start = beginning(10_000, 2500, true);
const after = (...intents: readonly PlaybackIntent[]): Playback =>
  intents.reduce((now, intent) => turned(now, intent, film), start);

test('it plays at its speed and pauses at the end', () => {
  expect(passed(start, 100)).toMatchObject({ atMs: 2600, playing: true });
  expect(passed(after('faster', 'faster'), 100)).toMatchObject({ atMs: 3000, speed: 5 });
  expect(passed(start, 99_000)).toMatchObject({ atMs: 10_000, playing: false });
  expect(passed(after('play'), 100)).toEqual(after('play'));
});

test('at its end it begins anew', () => {
  expect(after('end')).toMatchObject({ atMs: 10_000, playing: false });
  expect(after('end', 'play')).toMatchObject({ atMs: 0, playing: true });
});

test('it goes to whole seconds, never out of the run', () => {
  expect(after('second-on').atMs).toBe(3000);
  expect(after('second-back').atMs).toBe(2000);
  expect(after('second-back', 'second-back', 'second-back', 'second-back').atMs).toBe(0);
  expect(after('end', 'second-on').atMs).toBe(10_000);
});

test('it steps event by event and pauses there; playing on lets go of the event', () => {
  expect(after('event-on')).toMatchObject({ atMs: 2800, playing: false, event });
  expect(after('event-on', 'told-back')).toMatchObject({ atMs: 2100, event });
  expect(after('event-on', 'play')).toMatchObject({ playing: true, event: null });
  expect(after('begin', 'event-back')).toMatchObject({ atMs: 0, event: null });
});

test('its speeds are 1 to 60', () => {
  const speeds = [start];
  for (let times = 0; times < 7; times += 1) speeds.push(turned(speeds.at(-1)!, 'faster', film));
  expect(speeds.map(({ speed }) => speed)).toEqual([1, 2, 5, 10, 30, 60, 60, 60]);
  expect(after('slower').speed).toBe(1);
});
