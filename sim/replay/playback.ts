import type { Event } from '../../cells/runtime/events.ts';
import type { Snapshot } from '../state/status.ts';

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
  /** So many of its seconds pass in one of ours; `max`: as many as this machine can make. */
  readonly speed: number | 'max';
  /** The event that was stepped to; null after any other move. */
  readonly event: Event | null;
}

/** The same as a picture carries it: whose clock it is, and what stands along it. */
export interface Clock extends Playback {
  /** A run that is over, or a world in virtual time that can be hurt at any moment of it. */
  readonly mode: 'replay' | 'virtual';
  readonly faults: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** What is done next; null: nothing more. */
  readonly next: { readonly atMs: number; readonly command: string } | null;
}

/** A recorded run, as the window plays it. */
export interface Film {
  readonly endMs: number;
  at(ms: number): Snapshot;
  step(fromMs: number, by: 1 | -1, told: boolean): { readonly ms: number; readonly event: Event } | null;
}

const replaySpeeds: readonly Playback['speed'][] = [1, 2, 5, 10, 30, 60];

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
    case 'slower':
      return { ...now, speed: turnedSpeed(now.speed, intent, replaySpeeds) };
  }
}

/** The next speed, or the one before, of those that there are, slowest first. */
export function turnedSpeed(
  now: Playback['speed'],
  intent: 'faster' | 'slower',
  speeds: readonly Playback['speed'][],
): Playback['speed'] {
  return speeds[speeds.indexOf(now) + (intent === 'faster' ? 1 : -1)] ?? now;
}

/** After so much of our own time. */
export function passed(now: Playback, elapsedMs: number): Playback {
  if (!now.playing || now.speed === 'max') return now;
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
