import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PartStatus, Status } from '../sim/state/status.ts';
import { type Bench, root } from './frame.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A live world of the bench's own: its state lies in the bench's folder, so no world of the user's is seen or touched. */
export class BenchWorld {
  readonly #environment: NodeJS.ProcessEnv;

  constructor(bench: Bench) {
    this.#environment = { ...process.env, XDG_STATE_HOME: join(bench.folder, 'state') };
    bench.later(async () => {
      await this.run(['down', '--all']);
    });
  }

  get environment(): NodeJS.ProcessEnv {
    return this.#environment;
  }

  /** Runs a command of the built command line. */
  async run(words: readonly string[]): Promise<Said> {
    const program = join(root, 'dist/petri.js');
    const options = { env: this.#environment, timeout: 180_000, maxBuffer: 64 * 1024 * 1024 };
    return promisify(execFile)(process.execPath, [program, ...words], options).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (failed: { code?: number; stdout?: string; stderr?: string }) => ({
        code: failed.code ?? 70,
        stdout: failed.stdout ?? '',
        stderr: failed.stderr ?? '',
      }),
    );
  }

  /** Runs a command that prints one JSON object; throws with its own words where it fails. */
  async json<T>(words: readonly string[]): Promise<T> {
    const said = await this.run([...words, '--json']);
    if (said.code !== 0) throw new Error(`petri ${words.join(' ')} ended with ${said.code}: ${said.stderr.trim()}`);
    return JSON.parse(said.stdout) as T;
  }

  up(words: readonly string[] = []): Promise<Status> {
    return this.json<Status>(['up', '--detach', ...words]);
  }

  status(): Promise<Status> {
    return this.json<Status>(['status']);
  }
}

/** Every part of a world, those of its cells too. */
export function partsOf(status: Status): readonly PartStatus[] {
  return [...status.components, ...status.cells.flatMap(({ components }) => components)];
}
