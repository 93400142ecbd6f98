import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { safeText } from '../state/safe-text.ts';
import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag, wholeOption } from './options.ts';
import { printJson } from './print.ts';

const tailBytesMax = 1024 * 1024;
const pollMs = 200;

export async function run(invocation: Invocation): Promise<void> {
  const { args, options, context } = invocation;
  const linesMax = wholeOption(options, 'lines', { min: 0, max: 100_000 }) ?? 200;
  const { files } = await withWorld(invocation, (world) => world.call('logs', { target: args[0]! }));
  const print = (file: string, line: string) => {
    if (flag(options, 'json')) printJson({ ...context, isTerminal: false }, { file, line });
    else context.data(files.length > 1 ? `${safeText(basename(file))}: ${safeText(line)}` : safeText(line));
  };
  const tails = await Promise.all(files.map((file) => Tail.open(file)));
  const lines = (await Promise.all(tails.map((tail) => tail.read()))).flatMap((read, at) =>
    read.map((line) => [files[at]!, line] as const),
  );
  for (const [file, line] of linesMax === 0 ? [] : lines.slice(-linesMax)) print(file, line);
  if (lines.length === 0) context.err(`${safeText(args[0]!)} has printed nothing`);
  while (flag(options, 'follow')) {
    await wait(pollMs);
    for (const [at, tail] of tails.entries()) for (const line of await tail.read()) print(files[at]!, line);
  }
}

/** The end of one file, and then what is added to it. A file that shrank was begun anew. */
class Tail {
  readonly #path: string;
  #position: number;
  #rest = '';

  private constructor(path: string, position: number) {
    this.#path = path;
    this.#position = position;
  }

  static async open(path: string): Promise<Tail> {
    const size = await withFile(path, async (file) => (await file.stat()).size, 0);
    return new Tail(path, Math.max(0, size - tailBytesMax));
  }

  async read(): Promise<readonly string[]> {
    const text = await withFile(
      this.#path,
      async (file) => {
        const { size } = await file.stat();
        if (size < this.#position) this.#position = 0;
        const buffer = Buffer.alloc(Math.min(size - this.#position, tailBytesMax));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#position);
        this.#position += bytesRead;
        return buffer.toString('utf8', 0, bytesRead);
      },
      '',
    );
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

/** A part that never printed has no file yet. */
async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>, missing: T): Promise<T> {
  try {
    await using file = await open(path, 'r');
    return await work(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  }
}
