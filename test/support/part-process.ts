import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Endpoint, PartConfig } from '../../cells/runtime/part-config.ts';

/** A real process of one of our programs, as a supervisor would start it. */
export interface PartProcess {
  readonly child: ChildProcess;
  readonly config: PartConfig;
  readonly exited: Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'petri-test-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Loopback ports that are free now. All are held at once, so that they differ. */
export async function freeEndpoints(count: number): Promise<Endpoint[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      return server;
    }),
  );
  const endpoints = servers.map((server) => ({ host: '127.0.0.1', port: (server.address() as { port: number }).port }));
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return endpoints;
}

/** A config with everything filled in; `folder` gets its config and event files. */
export function partConfig<Settings>(
  folder: string,
  part: Pick<PartConfig<Settings>, 'address' | 'listen' | 'settings'> & Partial<PartConfig<Settings>>,
): PartConfig<Settings> {
  const name = part.address.replaceAll('/', '-');
  return {
    world: 'test',
    cell: part.address.split('/')[0] ?? null,
    token: 'secret',
    admin: null,
    eventsFile: join(folder, 'events', `${name}.ndjson`),
    volume: null,
    upstreams: {},
    ...part,
  };
}

/** Starts a program and resolves once it says that it serves. Rejects with what it wrote where it does not. */
export async function startPart(program: string, folder: string, config: PartConfig): Promise<PartProcess> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${config.address.replaceAll('/', '-')}.json`);
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(process.execPath, [resolve(program), file], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let written = '';
  child.stdout?.on('data', (chunk) => (written += String(chunk)));
  child.stderr?.on('data', (chunk) => (written += String(chunk)));
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  await new Promise<void>((ready, failed) => {
    child.once('message', (message: { ready: boolean; error?: string }) =>
      message.ready ? ready() : failed(new Error(`${config.address}: ${message.error}`)),
    );
    child.once('exit', () => failed(new Error(`${config.address} ended before it served: ${written}`)));
  });
  return {
    child,
    config,
    exited,
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
