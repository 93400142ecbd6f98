import type { Store } from '../store.ts';
import {
  beginning,
  passed,
  turned,
  type Clock,
  type Film,
  type Playback,
  type PlaybackIntent,
} from '../../sim/replay/playback.ts';

const frameMs = 100;

export interface PlayerOptions {
  readonly film: Film;
  readonly store: Store;
  /** Where it begins, in milliseconds of the run. */
  readonly atMs: number;
  readonly faults: Clock['faults'];
  readonly done: readonly { readonly atMs: number; readonly command: string }[];
}

/** Plays a recorded run into the store: ten pictures a second while it plays, one for each key. */
export class Player {
  readonly #options: PlayerOptions;
  #playback: Playback;
  #timer: NodeJS.Timeout | null = null;
  #lastMs = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#playback = beginning(options.film.endMs, options.atMs, true);
    this.#show();
  }

  turn(intent: PlaybackIntent): void {
    this.#playback = turned(this.#playback, intent, this.#options.film);
    this.#show();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #show(): void {
    const { film, store, faults, done } = this.#options;
    const { atMs, playing } = this.#playback;
    const next = done.find((each) => each.atMs > atMs) ?? null;
    store.show({ ...film.at(atMs), clock: { ...this.#playback, mode: 'replay', faults, next } });
    if (!playing) this.close();
    else if (!this.#timer) {
      this.#lastMs = performance.now();
      this.#timer = setInterval(() => this.#frame(), frameMs);
    }
  }

  #frame(): void {
    const nowMs = performance.now();
    this.#playback = passed(this.#playback, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    this.#show();
  }
}
