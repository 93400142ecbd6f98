import type { BlastRadius, Snapshot } from '../sim/state/status.ts';
import type { Connection } from './present/view.ts';
import { spoken } from './spoken.ts';
import { initialUi, type UiState } from './ui-state.ts';
import type { ThemeName } from './look.ts';

/** The picture is drawn anew at most this often for what the world does; a key is shown at once. */
const publishEveryMs = 100;

/** For so long a window that never reached the supervisor says that it looks for it; afterwards, that it cannot reach it. */
const lookingForMs = 3000;

export interface State {
  /** What the screen shows; while it is held, an old one. */
  readonly shown: Snapshot | null;
  readonly latest: Snapshot | null;
  readonly held: boolean;
  readonly connection: Connection;
  readonly ui: UiState;
}

/** Everything that the screen is drawn from. Written by the connection and the keys, read by React. */
export class Store {
  #state: State;
  readonly #listeners = new Set<() => void>();
  readonly #ledger = new Map<string, BlastRadius>();
  #pending: Snapshot | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lostTimer: NodeJS.Timeout | null = null;
  readonly #word: string;
  #closed = false;

  /** `word`: what `petri` is called in the commands that are shown. */
  constructor(theme: ThemeName, word = 'petri') {
    this.#word = word;
    this.#state = {
      shown: null,
      latest: null,
      held: false,
      connection: { kind: 'connecting', progress: null },
      ui: initialUi(theme),
    };
  }

  readonly getState = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The blast radii seen while this window was open, by fault, newest last. */
  get ledger(): ReadonlyMap<string, BlastRadius> {
    return this.#ledger;
  }

  /** Takes a snapshot; several within 100 ms become one picture, the newest. */
  take(snapshot: Snapshot): void {
    this.#pending = snapshot;
    const entry = snapshot.status.blastRadius;
    if (entry) this.#ledger.set(entry.fault, entry);
    this.#timer ??= setTimeout(() => this.#publishPending(), this.#state.latest ? publishEveryMs : 0);
  }

  /** Shows a moment of a recorded run, at once. */
  show(snapshot: Snapshot): void {
    const latest = spoken(snapshot, this.#word);
    this.#set({ latest, shown: latest, connection: { kind: 'live' } });
  }

  hold(held: boolean): void {
    this.#set({ held, shown: held ? this.#state.shown : this.#state.latest });
  }

  changeUi(change: (ui: UiState) => UiState): void {
    const ui = change(this.#state.ui);
    if (ui !== this.#state.ui) this.#set({ ui });
  }

  connected(): void {
    this.#stopLost();
    this.#set({ connection: { kind: 'live' } });
  }

  growing(progress: string): void {
    this.#stopLost();
    this.#set({ connection: { kind: 'connecting', progress } });
  }

  /** The picture stays; a clock beside it says for how long nobody answered. */
  lost(): void {
    if (this.#lostTimer || this.#closed) return;
    const startMs = performance.now();
    const say = (): void => {
      const forMs = performance.now() - startMs;
      const looking = this.#state.connection.kind === 'connecting' && !this.#state.latest && forMs < lookingForMs;
      if (!looking) this.#set({ connection: { kind: 'lost', forMs } });
    };
    this.#lostTimer = setInterval(say, 1000);
    say();
  }

  close(): void {
    this.#closed = true;
    this.#stopLost();
    if (this.#timer) clearTimeout(this.#timer);
  }

  #stopLost(): void {
    if (this.#lostTimer) clearInterval(this.#lostTimer);
    this.#lostTimer = null;
  }

  #publishPending(): void {
    this.#timer = null;
    if (!this.#pending) return;
    const latest = spoken(this.#pending, this.#word);
    this.#set({ latest, shown: this.#state.held ? this.#state.shown : latest });
  }

  #set(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
