import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Endpoint } from '../runtime/part-config.ts';

/** What a cell's queues run on. */
export type Engine =
  | { readonly kind: 'redis'; readonly name: 'redis' | 'valkey'; readonly executable: string; readonly version: string }
  | { readonly kind: 'embedded' };

/** BullMQ asks for 6.2 at least. */
const versionMin = [6, 2] as const;

const candidates = [
  { name: 'redis', file: 'redis-server' },
  { name: 'valkey', file: 'valkey-server' },
] as const;

/** The first Redis or Valkey on `path` (as in PATH) that runs and is 6.2 or newer, else the embedded engine. */
export async function findEngine(path: string = process.env['PATH'] ?? ''): Promise<Engine> {
  for (const { name, file } of candidates) {
    for (const folder of path.split(delimiter).filter((entry) => entry !== '')) {
      const executable = join(folder, file);
      const version = await versionOf(executable);
      if (version) return { kind: 'redis', name, executable, version };
    }
  }
  return { kind: 'embedded' };
}

async function versionOf(executable: string): Promise<string | null> {
  try {
    await access(executable, constants.X_OK);
    const { stdout } = await promisify(execFile)(executable, ['--version'], { timeout: 2000 });
    return readVersion(stdout);
  } catch {
    return null;
  }
}

/** The version in the answer to `--version`, or null where there is none or it is too old. */
export function readVersion(output: string): string | null {
  const found = /\bv=(\d+)\.(\d+)(\.\d+)?/.exec(output);
  if (!found) return null;
  const major = Number(found[1]);
  const minor = Number(found[2]);
  const isEnough = major > versionMin[0] || (major === versionMin[0] && minor >= versionMin[1]);
  return isEnough ? found[0].slice(2) : null;
}

/** The configuration of one cell's Redis: loopback, with a password, every command in the append-only file. */
export function redisConfig(listen: Endpoint, volume: string, password: string): string {
  return [
    `bind ${listen.host}`,
    `port ${listen.port}`,
    'protected-mode yes',
    `requirepass ${quote(password)}`,
    `dir ${quote(volume)}`,
    'daemonize no',
    'databases 1',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/** Where an engine that is a process reads what it is told, in its volume. */
export const redisConfigFile = 'redis.conf';

/**
 * Writes the configuration into the cell's volume and returns the arguments to start the engine with, without a shell.
 * A file of mode 0600, since arguments can be read by every user of the machine and the password is in it.
 */
export async function prepareRedis(listen: Endpoint, volume: string, password: string): Promise<readonly string[]> {
  await mkdir(volume, { recursive: true, mode: 0o700 });
  const file = join(volume, redisConfigFile);
  await writeFile(file, redisConfig(listen, volume, password), { mode: 0o600 });
  await chmod(file, 0o600);
  return [file];
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
