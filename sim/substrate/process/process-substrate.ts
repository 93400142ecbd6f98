import { existsSync } from 'node:fs';
import type { PartSize, PartSpec } from '../../world/part.ts';
import type { PartExit, PartObservation, Substrate } from '../substrate.ts';
import { SubstrateError } from '../substrate-error.ts';
import { startTimeOf } from './identity.ts';
import { logPathOf } from './part-files.ts';
import { PartProcess, type SpawnOptions } from './part-process.ts';

export interface ProcessSubstrateOptions extends SpawnOptions {
  /** Called right after a spawn, before the part can have done anything: the place to note it in the ledger. */
  readonly onSpawn: (address: string, pid: number, startTime: string) => void;
}

/** Every part a process of its own on this machine, in a session of its own, talking over loopback. */
export class ProcessSubstrate implements Substrate {
  readonly name = 'process' as const;
  readonly #options: ProcessSubstrateOptions;
  /** The newest life of each part, alive or not. */
  readonly #parts = new Map<string, PartProcess>();
  readonly #listeners: ((exit: PartExit) => void)[] = [];
  #destroyed = false;

  constructor(options: ProcessSubstrateOptions) {
    this.#options = options;
  }

  start(part: PartSpec): Promise<void> {
    if (this.#destroyed) return Promise.reject(new SubstrateError('destroyed', 'this world has been ended'));
    const present = this.#parts.get(part.address);
    if (present?.alive) return present.ready;
    const started = new PartProcess(part, this.#options);
    this.#parts.set(part.address, started);
    const startTime = started.pid > 0 ? startTimeOf(started.pid) : null;
    if (startTime !== null) this.#options.onSpawn(part.address, started.pid, startTime);
    void started.gone.then((exit) => {
      for (const listener of this.#listeners) listener(exit);
    });
    return started.ready;
  }

  async stop(address: string, graceMs: number): Promise<void> {
    const part = this.#parts.get(address);
    if (!part?.alive) return;
    part.signal('SIGTERM');
    // A frozen process takes no signal but SIGKILL until it goes on.
    part.signal('SIGCONT');
    const timer = setTimeout(() => part.signal('SIGKILL'), graceMs);
    await part.gone;
    clearTimeout(timer);
  }

  async kill(address: string): Promise<void> {
    const part = this.#parts.get(address);
    if (!part?.alive) return;
    part.signal('SIGKILL');
    await part.gone;
  }

  async pause(address: string): Promise<void> {
    await this.#running(address, 'paused').pause();
  }

  async resume(address: string): Promise<void> {
    await this.#running(address, 'resumed').resume();
  }

  async disconnect(address: string): Promise<void> {
    throw new SubstrateError('not-here', `${address} is a process and shares its network: cut its links instead`);
  }

  async reconnect(): Promise<void> {}

  async limit(address: string, size: Partial<PartSize> | null): Promise<void> {
    if (size === null) return;
    throw new SubstrateError(
      'not-here',
      `${address} is a process: what it may use is not limited (petri up --on docker)`,
    );
  }

  async exhaustMemory(address: string): Promise<void> {
    throw new SubstrateError('not-here', `${address} is a process without a memory limit of its own`);
  }

  async observe(address: string): Promise<PartObservation> {
    const never = { address, state: 'stopped', pid: null, containerId: null, memoryBytes: null } as const;
    return this.#parts.get(address)?.observe() ?? never;
  }

  async observeAll(): Promise<readonly PartObservation[]> {
    return [...this.#parts.values()].map((part) => part.observe());
  }

  onExit(listener: (exit: PartExit) => void): void {
    this.#listeners.push(listener);
  }

  /** Nobody can do anything to a process but end or freeze it, and that is seen as such. */
  onOutsideChange(): void {}

  logFiles(address: string): readonly string[] {
    const path = logPathOf(this.#options.stateFolder, address);
    return [`${path}.1`, path].filter((file) => existsSync(file));
  }

  async destroy(): Promise<void> {
    this.#destroyed = true;
    const alive = [...this.#parts.values()].filter((part) => part.alive);
    for (const part of alive) part.signal('SIGKILL');
    await Promise.all(alive.map((part) => part.gone));
  }

  #running(address: string, wanted: string): PartProcess {
    const part = this.#parts.get(address);
    if (part?.alive) return part;
    throw new SubstrateError('not-running', `${address} is not running and cannot be ${wanted}`);
  }
}
