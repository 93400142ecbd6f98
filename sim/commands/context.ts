import type { Replay } from '../replay/replay.ts';
import type { RunPlan } from '../runs/contract.ts';

/** What the front door hands to every command: the outside of the process, and the way into the terminal UI. */
export interface CommandContext {
  /** Prints one line of result, its commands as they can be pasted. */
  out(line: string): void;
  /** Prints one line just as it is: JSON, what a part printed, an answer's body. */
  data(line: string): void;
  /** Prints one line of progress or warning, on stderr. */
  err(line: string): void;
  /** On a terminal, one line of progress that the next one takes the place of; null takes it away. */
  inPlace(line: string | null): void;
  /** Both stdin and stdout are a terminal, one that can place its cursor. */
  readonly isTerminal: boolean;
  readonly colour: boolean;
  /** What was typed, with quotes where a shell needs them: `petri kill b --for 10s`. */
  readonly commandLine: string;
  /** Runs `cleanup` before the process ends by SIGINT, SIGTERM or SIGHUP. Returns how to take that back. */
  onInterrupt(cleanup: () => Promise<void>): () => void;
  /** Ends the command where the UI has no such theme, before anything is grown. */
  checkTheme(theme: string | null): Promise<void>;
  openUi(options: UiOptions): Promise<number>;
  openReplay(options: ReplayOptions): Promise<number>;
}

export interface UiOptions {
  readonly name: string;
  /** This process grew the world, so its end may end the world. */
  readonly grown: boolean;
  readonly readOnly: boolean;
  readonly theme: string | null;
  /** The screen is given back once this resolves. */
  readonly until?: Promise<void>;
}

/** A recorded run, to be played in the window. Times are milliseconds of its clock. */
export interface ReplayOptions {
  readonly name: string;
  readonly film: Pick<Replay, 'endMs' | 'at' | 'step'>;
  readonly atMs: number;
  readonly faults: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly done: RunPlan['done'];
  readonly theme: string | null;
}

/** One call of a command: what commander made of the words. */
export interface Invocation {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly context: CommandContext;
}

/** A command. Its number is the exit code; nothing is 0. */
export type Run = (invocation: Invocation) => Promise<number | void>;
