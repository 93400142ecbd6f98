import type { Event } from '../cells/runtime/events.ts';
import type { Snapshot } from '../sim/state/status.ts';

/** What the window shows: a live world, or a recorded run. */
export type Mode = 'live' | 'replay';

/** What a key asks of the clock of a picture that is not live. */
export type PlaybackIntent =
  | 'play'
  | 'second-back'
  | 'second-on'
  | 'event-back'
  | 'event-on'
  | 'told-back'
  | 'told-on'
  | 'begin'
  | 'end'
  | 'faster'
  | 'slower';

/** Where such a picture stands. Times are milliseconds of its own clock. */
export interface Playback {
  readonly atMs: number;
  readonly endMs: number;
  readonly playing: boolean;
  /** So many of its seconds pass in one of ours. */
  readonly speed: number;
  /** The event that was stepped to; null after any other move. */
  readonly event: Event | null;
}

/** A recorded run, as the window plays it. */
export interface Film {
  readonly endMs: number;
  at(ms: number): Snapshot;
  step(fromMs: number, by: 1 | -1, told: boolean): { readonly ms: number; readonly event: Event } | null;
}

const speeds = [1, 2, 5, 10, 30, 60] as const;

export function beginning(endMs: number, atMs: number, playing: boolean): Playback {
  return { atMs: Math.max(0, Math.min(endMs, atMs)), endMs, playing, speed: 1, event: null };
}

/** What a key makes of it. */
export function turned(now: Playback, intent: PlaybackIntent, film: Film): Playback {
  switch (intent) {
    case 'play':
      // At its end there is nothing left to play: it begins anew.
      if (!now.playing && now.atMs >= now.endMs) return moved({ ...now, playing: true }, 0);
      return { ...now, playing: !now.playing, event: null };
    case 'second-back':
      return moved(now, (Math.ceil(now.atMs / 1000) - 1) * 1000);
    case 'second-on':
      return moved(now, (Math.floor(now.atMs / 1000) + 1) * 1000);
    case 'event-back':
    case 'told-back':
      return stepped(now, film.step(now.atMs, -1, intent === 'told-back'), 0);
    case 'event-on':
    case 'told-on':
      return stepped(now, film.step(now.atMs, 1, intent === 'told-on'), now.endMs);
    case 'begin':
      return moved(now, 0);
    case 'end':
      return { ...moved(now, now.endMs), playing: false };
    case 'faster':
      return { ...now, speed: speeds.find((speed) => speed > now.speed) ?? now.speed };
    case 'slower':
      return { ...now, speed: speeds.findLast((speed) => speed < now.speed) ?? now.speed };
  }
}

/** After so much of our own time. */
export function passed(now: Playback, elapsedMs: number): Playback {
  if (!now.playing) return now;
  const next = moved(now, now.atMs + elapsedMs * now.speed);
  return next.atMs >= next.endMs ? { ...next, playing: false } : next;
}

function moved(now: Playback, atMs: number): Playback {
  return { ...now, atMs: Math.max(0, Math.min(now.endMs, atMs)), event: null };
}

/** Who steps looks closely: it no longer plays. */
function stepped(now: Playback, found: ReturnType<Film['step']>, otherwiseMs: number): Playback {
  if (!found) return { ...moved(now, otherwiseMs), playing: false };
  return { ...now, atMs: found.ms, playing: false, event: found.event };
}
