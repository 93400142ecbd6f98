import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../sim/state/status.ts';

const frontDoor = fileURLToPath(new URL('../../dist/petri.js', import.meta.url));

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Petri as a person has it: the command line as a process, in a state folder of its own. */
export class PetriBox {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #withinMs: number;

  /** A command that takes longer than `withinMs` is killed. */
  constructor(env: NodeJS.ProcessEnv = {}, withinMs = 120_000) {
    this.#withinMs = withinMs;
    this.home = mkdtempSync(join(tmpdir(), 'petri-box-'));
    this.env = { ...process.env, XDG_STATE_HOME: this.home, HOME: this.home, NO_COLOR: '1', ...env };
  }

  get eventsFolder(): string {
    return join(this.home, 'petri', 'default', 'events');
  }

  /** Runs one command to its end. */
  run(...args: string[]): Promise<Said> {
    return new Promise((resolve) => {
      const options = { env: this.env, timeout: this.#withinMs, maxBuffer: 256 * 1024 * 1024 };
      execFile(process.execPath, [frontDoor, ...args], options, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 255;
        resolve({ code, out, err });
      });
    });
  }

  /** Runs one command that must succeed, and reads its JSON. */
  async json<T>(...args: string[]): Promise<T> {
    const said = await this.run(...args, '--json');
    if (said.code !== 0) throw new Error(`petri ${args.join(' ')} ended with ${said.code}: ${said.err || said.out}`);
    return JSON.parse(said.out) as T;
  }

  up(...args: string[]): Promise<Status> {
    return this.json<Status>('up', '--detach', ...args);
  }

  status(): Promise<Status> {
    return this.json<Status>('status');
  }

  /** Ends every world of this box and removes its folder. */
  async close(): Promise<void> {
    await this.run('down', '--all');
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Plays in a box of its own, which is closed whatever happens. */
export async function inBox<T>(play: (box: PetriBox) => Promise<T>, withinMs?: number): Promise<T> {
  const box = new PetriBox({}, withinMs);
  try {
    return await play(box);
  } finally {
    await box.close();
  }
}

/** Waits until a condition holds; throws with its words after `withinMs`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | false | undefined>,
  withinMs = 30_000,
  everyMs = 50,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`${what}: not seen in ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
