import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { World } from './world.ts';
import { parseWorldFile, type WorldFileOutcome } from './world-file.ts';
import { fileBytesMax, type Invalid, type Problem } from './yaml-file.ts';

export interface Unreadable {
  readonly kind: 'unreadable';
  readonly message: string;
}

/** Reads a world file. */
export async function readWorldFile(path: string): Promise<WorldFileOutcome | Unreadable> {
  const outcome = await readFileWith(path, parseWorldFile);
  return outcome.kind === 'world' ? { ...outcome, world: besideFile(outcome.world, path) } : outcome;
}

/** Reads a file that a person wrote. Never more than 256 KiB of it and one byte, so that a device or a huge file costs nothing. */
export async function readFileWith<Outcome>(
  path: string,
  parse: (bytes: Uint8Array) => Outcome | Invalid,
): Promise<Outcome | Invalid | Unreadable> {
  try {
    await using file = await open(path, 'r');
    const stat = await file.stat();
    if (!stat.isFile()) return { kind: 'unreadable', message: `${path} is not a file` };
    const buffer = Buffer.alloc(fileBytesMax + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    return parse(buffer.subarray(0, length));
  } catch (error) {
    return { kind: 'unreadable', message: whyUnreadable(path, error as NodeJS.ErrnoException) };
  }
}

/** One line a problem: `world.yaml:6:41 cell.web must be …`. */
export function printProblems(file: string, problems: readonly Problem[]): readonly string[] {
  return problems.map(
    ({ line, column, path, message }) => `${file}:${line}:${column} ${path === '' ? '' : `${path} `}${message}`,
  );
}

/** The words of commands that begin with `./` or `../` are files beside the world's file, wherever the world runs. */
export function besideFile(world: World, path: string): World {
  const folder = dirname(resolve(path));
  const services = Object.entries(world.cell.services).map(([name, service]) => {
    const command = service.command?.map((word) => (/^\.\.?\//.test(word) ? resolve(folder, word) : word));
    return [name, { ...service, command: command ?? null }] as const;
  });
  return { ...world, cell: { ...world.cell, services: Object.fromEntries(services) } };
}

function whyUnreadable(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no file ${path}`;
    case 'EACCES':
    case 'EPERM':
      return `the file ${path} may not be read by this user`;
    default:
      return `the file ${path} cannot be read: ${error.message}`;
  }
}
