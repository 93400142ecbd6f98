import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PartSpec } from '../../sim/world/part.ts';
import { processFacts } from '../../sim/substrate/process/identity.ts';

/** A part that runs the diary program, its volume inside `folder`. */
export function diaryPart(folder: string, token: string, address: string, port: number, settings: object): PartSpec {
  const volume = join(folder, 'volumes', address.replaceAll('/', '.'));
  mkdirSync(volume, { recursive: true });
  const config = {
    world: 'test',
    address,
    cell: address.split('/')[0] ?? null,
    token,
    listen: { host: '127.0.0.1', port },
    admin: null,
    eventsFile: join(folder, 'events', `${address.replaceAll('/', '.')}.ndjson`),
    volume,
    upstreams: {},
    settings,
  };
  const size = { cpus: 1, memoryBytes: 2 ** 29 };
  return { address, kind: 'web', cell: config.cell, index: 1, volume: null, size, run: { program: 'web', config } };
}

export interface FakeSupervisor {
  readonly process: ChildProcess;
  readonly token: string;
  readonly pids: readonly number[];
  readonly reaper: number | null;
  /** SIGKILL, and resolves when it is gone. */
  readonly kill: () => Promise<void>;
}

/** Runs fake-supervisor.ts as a process of its own; resolves when all its parts serve and the last one is frozen. */
export function startFakeSupervisor(stateHome: string, ...args: readonly string[]): Promise<FakeSupervisor> {
  const program = join(import.meta.dirname, 'fake-supervisor.ts');
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, XDG_STATE_HOME: stateHome },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the fake supervisor ended early')));
    child.stdout?.once('data', (chunk: Buffer) => {
      const said = JSON.parse(chunk.toString()) as { token: string; pids: number[]; reaper: number | null };
      const kill = () =>
        new Promise<void>((gone) => {
          child.once('exit', () => gone());
          child.kill('SIGKILL');
        });
      resolve({ process: child, ...said, kill });
    });
  });
}

/** How many of these processes live, frozen ones too. */
export function livingOf(pids: readonly number[]): number {
  return pids.filter((pid) => !['gone', 'zombie'].includes(processFacts(pid).state)).length;
}
