import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export const root = join(import.meta.dirname, '..');

/** One line of a figure's table: what was measured, and its values by column. */
export interface Row {
  readonly subject: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A target of the figure, and whether this run met it; null where it could not be measured. */
export interface Verdict {
  readonly target: string;
  readonly measured: string;
  readonly met: boolean | null;
}

export interface FigureResult {
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
  /** What a reader must know: a peer that is missing, a shortened run. */
  readonly notes: readonly string[];
}

export interface BenchOptions {
  /** Short runs, to see that the bench itself works: its figures are not worth keeping. */
  readonly quick: boolean;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly measure: (options: BenchOptions) => Promise<FigureResult>;
}

/** The value below which a share of the others lies: `quantile(values, 0.5)` is the median. */
export function quantile(values: readonly number[], share: number): number {
  const ordered = values.toSorted((one, other) => one - other);
  return ordered[Math.min(ordered.length - 1, Math.max(0, Math.ceil(share * ordered.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

/** A number with as many digits as a reader can use: 12345, 123, 12.3, 1.23. */
export const figure = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** The first executable of this name on PATH or where Debian keeps servers; null where there is none. */
export function findExecutable(name: string): string | null {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']) {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not here.
    }
  }
  return null;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Resolves once something accepts connections on the port; rejects after 10 s. */
export async function accepting(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await wait(20);
  }
  throw new Error(`nothing listens on port ${port} after 10 s`);
}

/** Everything that a figure starts or creates; undone in reverse by `using`. */
export class Bench implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'petri-bench-'));
  readonly #undo: (() => Promise<void> | void)[] = [];

  later(undo: () => Promise<void> | void): void {
    this.#undo.push(undo);
  }

  /** Starts a process in the background and resolves with its pid once its port accepts. */
  async start(executable: string, words: readonly string[], port: number): Promise<number> {
    const child = spawn(executable, words, { stdio: ['ignore', 'ignore', 'inherit'], cwd: this.folder });
    const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
    this.later(async () => {
      child.kill('SIGKILL');
      await gone;
    });
    await accepting(port);
    return child.pid!;
  }

  /** Starts one of the bench's own TypeScript programs. */
  startScript(file: string, words: readonly string[], port: number): Promise<number> {
    return this.start(process.execPath, [join(root, 'bench', file), ...words], port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const undo of this.#undo.reverse()) await undo();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The machine, as a reader needs it to judge a figure. */
export function machine(): string {
  const memoryGib = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${memoryGib} GiB, ${type()} ${release()}, Node ${process.version}`;
}
