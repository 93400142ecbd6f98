import type { ReplayOptions } from '../sim/commands/context.ts';
import { loadReplay, loadScreen } from './load-screen.ts';
import { chooseLook } from './look.ts';
import { showSkeleton } from './skeleton.ts';

export interface UiOptions {
  readonly name: string;
  /** This window's own command grew the world: leaving it with `q`, `y` ends the world. */
  readonly grown: boolean;
  /** Keys that change the world are off. */
  readonly readOnly: boolean;
  /** `light`, `colour-blind,ascii`, …; null: from the surroundings. */
  readonly theme: string | null;
  /** What `petri` is called in the commands that the window shows and copies: `./petri` in a clone. */
  readonly word: string;
  /** The supervisor's socket; null or left out: where a world of this name keeps it. */
  readonly socketPath?: string | null;
  /** The screen is given back once this resolves, without a word. */
  readonly until?: Promise<void>;
}

/**
 * Shows the terminal UI until it is left; resolves with the exit code (0, 130 after Ctrl-C, 143, 129).
 * Rejects with a RangeError for an unknown theme, before anything is drawn.
 */
export async function runUi(options: UiOptions): Promise<number> {
  const look = chooseLook(options.theme, process.env);
  // Ink and React take a third of a second to load; what can be said without them is said first.
  showSkeleton(options.name);
  const { runScreen } = await loadScreen();
  return runScreen(options, look);
}

/** Plays a recorded run in the window until it is left; resolves with the exit code. */
export async function openReplay(options: ReplayOptions, word: string): Promise<number> {
  const look = chooseLook(options.theme, process.env);
  const { runReplay } = await loadReplay();
  return runReplay(options, word, look);
}
