import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isSame, startTimeOf } from '../substrate/process/identity.ts';
import type { StateFolder } from '../supervisor/state-folder.ts';

/** Only one process at a time may start the supervisor of a world. Returns how to let go, or null where another one holds it. */
export function takeStartLock(folder: StateFolder): (() => void) | null {
  const path = join(folder.path, 'start.lock');
  const own = JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) });
  for (let attempt = 0; attempt < 3; attempt++) {
    if (writeNew(path, own)) return () => rmSync(path, { force: true });
    const holder = read(path);
    if (holder === null) continue;
    if (isHeld(holder)) return null;
    takeAway(path, holder);
  }
  return null;
}

/** The lock of a process that has died is moved aside; where it was renewed in between, it is put back. */
function takeAway(path: string, stale: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (read(aside) !== stale) linkSync(aside, path);
  } catch {
    // Another process did the same a moment earlier.
  }
  rmSync(aside, { force: true });
}

function isHeld(holder: string): boolean {
  try {
    const { pid, startTime } = JSON.parse(holder) as { pid: number; startTime: string };
    return isSame(pid, startTime);
  } catch {
    return false;
  }
}

function writeNew(path: string, text: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, text);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
