import { spawn, type ChildProcess, type SpawnOptions as SpawnCommon } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { ForeignRun, PartKind, PartSpec } from '../../world/part.ts';
import type { PartExit, PartObservation, PartState } from '../substrate.ts';
import { SubstrateError } from '../substrate-error.ts';
import { hasProc, processFacts } from './identity.ts';
import { lastLines, openLog, workingFolder, writeConfig, type OpenLog } from './part-files.ts';
import { markerOf, nodeFlags, partEnvironment } from './part-environment.ts';
import { untilAccepts, untilForeignServes } from './until-serves.ts';
import { until } from './until.ts';

/** The longest time from spawn to serving, in milliseconds. */
export const readyWithinMs = 30_000;

const freezeWithinMs = 2000;

/**
 * Workers spend what cpu they get. In the cloud each task has its own; here they share two cores with the tasks that answer
 * tenants, who come first.
 */
const worksBehind: ReadonlySet<PartKind> = new Set(['worker', 'xl']);
const behindPriority = 10;

export interface SpawnOptions {
  readonly stateFolder: string;
  readonly token: string;
  readonly programPath: (program: string) => string;
  readonly nodePath: string;
}

/**
 * One life of a part: a child process from its spawn to its end. Signals go through the child's own handle, which Node
 * drops as it reaps the process: a pid that the system has given to somebody else can never be hit.
 */
export class PartProcess {
  readonly address: string;
  readonly pid: number;
  /** Resolves when it serves; rejects where it dies or stays silent first. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone and reaped. */
  readonly gone: Promise<PartExit>;
  readonly #child: ChildProcess;
  readonly #log: OpenLog;
  /** A service of the user's own may be a wrapper around others: what is done to it is done to all that it started. */
  readonly #isForeign: boolean;
  #serving = false;
  #askedToEnd = false;
  #paused = false;
  #exit: PartExit | null = null;

  constructor(part: PartSpec, options: SpawnOptions) {
    this.address = part.address;
    this.#log = openLog(options.stateFolder, part.address);
    this.#child = spawnPart(part, options, this.#log.fd);
    closeSync(this.#log.fd);
    this.pid = this.#child.pid ?? 0;
    if (this.pid > 0 && worksBehind.has(part.kind)) setPriority(this.pid, behindPriority);
    this.gone = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        this.#exit = { address: part.address, pid: this.#child.pid ?? null, code, signal };
        // What it started is of its group, and nobody else can have that number while one of them lives.
        if (this.#isForeign) signalGroup(this.#child.pid, 'SIGKILL');
        resolve(this.#exit);
      };
      this.#child.once('exit', end);
      this.#child.once('error', () => {
        if (this.#child.pid === undefined) end(null, null);
      });
    });
    this.#isForeign = part.run.program === 'foreign';
    this.ready = this.#untilReady(part);
  }

  get alive(): boolean {
    return this.#exit === null;
  }

  signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void {
    if (name === 'SIGTERM') this.#askedToEnd = true;
    if (!this.alive) return;
    if (this.#isForeign) signalGroup(this.#child.pid, name);
    else this.#child.kill(name);
  }

  async pause(): Promise<void> {
    this.signal('SIGSTOP');
    const seen = await until(() => !this.alive || processFacts(this.pid).state === 'stopped', freezeWithinMs, 2);
    if (!this.alive) throw new SubstrateError('not-running', `${this.address} ended before it could be paused`);
    if (!seen) throw new SubstrateError('not-running', `${this.address} did not stop within ${freezeWithinMs} ms`);
    this.#paused = true;
  }

  async resume(): Promise<void> {
    this.signal('SIGCONT');
    await until(() => !this.alive || processFacts(this.pid).state !== 'stopped', freezeWithinMs, 2);
    this.#paused = false;
  }

  observe(): PartObservation {
    const { address } = this;
    const nobody = { address, pid: null, containerId: null, memoryBytes: null };
    if (!this.alive) return { ...nobody, state: this.#askedToEnd ? 'stopped' : 'dead' };
    // Asking `ps` for thirty parts twice a second would cost more than the parts: without /proc our own memory must do.
    const facts = hasProc ? processFacts(this.pid) : { state: this.#paused ? 'stopped' : 'running', memoryBytes: null };
    return { ...nobody, pid: this.pid, memoryBytes: facts.memoryBytes, state: this.#stateFrom(facts.state) };
  }

  #stateFrom(seen: string): PartState {
    if (seen === 'stopped') return 'paused';
    if (seen === 'zombie' || seen === 'gone') return this.#askedToEnd ? 'stopped' : 'dead';
    return this.#serving ? 'running' : 'starting';
  }

  async #untilReady({ run }: PartSpec): Promise<void> {
    const alive = () => this.alive;
    const serving =
      run.program === 'redis'
        ? untilAccepts(run.ready, alive)
        : run.program === 'foreign'
          ? untilForeignServes(run, alive)
          : this.#untilSaid();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), readyWithinMs);
    });
    const first = await Promise.race([serving, this.gone.then(() => 'gone' as const), late]);
    clearTimeout(timer);
    if (first === 'serving' && this.alive) {
      this.#serving = true;
      return;
    }
    this.signal('SIGKILL');
    const exit = await this.gone;
    throw new SubstrateError('start-failed', this.#whyNot(first, exit));
  }

  #untilSaid(): Promise<'serving'> {
    return new Promise((resolve) => {
      this.#child.on('message', (message: { ready?: boolean }) => {
        if (message.ready === true) resolve('serving');
      });
    });
  }

  #whyNot(first: 'serving' | 'gone' | 'late', exit: PartExit): string {
    const how =
      first === 'late'
        ? `did not serve within ${readyWithinMs / 1000} s`
        : `ended before it served (${exit.signal ?? (exit.code === null ? 'it could not be run' : `exit ${exit.code}`)})`;
    const said = lastLines(this.#log.path, this.#log.fromByte, 12);
    return said === '' ? `${this.address} ${how}; it printed nothing` : `${this.address} ${how}:\n${said}`;
  }
}

function spawnPart(part: PartSpec, options: SpawnOptions, logFd: number): ChildProcess {
  const marker = markerOf(options.token, part.address);
  const env = partEnvironment(process.env, marker);
  // A session of its own for each part: Ctrl-C in the terminal reaches the foreground group, and no part is in it.
  const common = { env, detached: true, shell: false } as const;
  const { run } = part;
  if (run.program === 'redis') {
    return spawn(run.executable, run.args, { ...common, stdio: ['ignore', logFd, logFd] });
  }
  if (run.program === 'redis-image') throw new Error(`${part.address}: an image is run by Docker, not as a process`);
  if (run.program === 'foreign')
    return spawnForeign(part.address, run, options, { ...common, stdio: ['ignore', logFd, logFd] });
  const args = [
    ...nodeFlags(run.program),
    options.programPath(run.program),
    writeConfig(options.stateFolder, run.config),
  ];
  return spawn(options.nodePath, args, { ...common, stdio: ['ignore', logFd, logFd, 'ipc'] });
}

/** `node` is the Node that Petri itself runs on; every other program is looked for on PATH. */
function spawnForeign(address: string, run: ForeignRun, options: SpawnOptions, common: SpawnCommon): ChildProcess {
  const [program, ...args] = run.command ?? [];
  if (program === undefined)
    throw new SubstrateError(
      'start-failed',
      `${address} has an image and no command: give it one, or grow it --on docker`,
    );
  const cwd = workingFolder(options.stateFolder, address);
  const env = { ...common.env, ...run.env };
  return spawn(program === 'node' ? options.nodePath : program, args, { ...common, env, cwd });
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // Nobody of the group is left.
  }
}
