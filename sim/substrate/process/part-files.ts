import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { PartConfig } from '../../../cells/runtime/part-config.ts';

/** A log larger than this is put aside, once, when its part starts again. */
export const rotateLogAtBytes = 8 * 1024 * 1024;

/** The part of a file's name that stands for an address: `a/web/1` becomes `a.web.1`. */
export function fileNameOf(address: string): string {
  return address.replaceAll('/', '.');
}

export function configPathOf(stateFolder: string, address: string): string {
  return join(stateFolder, 'parts', fileNameOf(address), 'config.json');
}

export function logPathOf(stateFolder: string, address: string): string {
  return join(stateFolder, 'logs', `${fileNameOf(address)}.log`);
}

/** Writes a part's config, for its owner's eyes only: it holds the world's secret. Returns the path. */
export function writeConfig(stateFolder: string, config: PartConfig): string {
  const path = configPathOf(stateFolder, config.address);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return path;
}

/** The folder that a service of the user's own begins in: its own, and empty. */
export function workingFolder(stateFolder: string, address: string): string {
  const path = join(stateFolder, 'parts', fileNameOf(address));
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

export interface OpenLog {
  readonly path: string;
  readonly fd: number;
  /** Where this life's lines begin. */
  readonly fromByte: number;
}

/** Opens a part's log for appending, rotated first where it has grown too large. The caller closes the descriptor. */
export function openLog(stateFolder: string, address: string): OpenLog {
  const path = logPathOf(stateFolder, address);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path) && statSync(path).size > rotateLogAtBytes) renameSync(path, `${path}.1`);
  const fd = openSync(path, 'a', 0o600);
  return { path, fd, fromByte: fstatSync(fd).size };
}

/** The last lines that were written from `fromByte` on, at most `lines` of them and 4 KiB. */
export function lastLines(path: string, fromByte: number, lines: number): string {
  const fd = openSync(path, 'r');
  try {
    const size = fstatSync(fd).size;
    const from = Math.max(fromByte, size - 4096);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    readSync(fd, bytes, 0, bytes.length, from);
    return bytes.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    closeSync(fd);
  }
}
