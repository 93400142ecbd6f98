import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SupervisorStart } from '../supervisor/start.ts';
import type { StateFolder } from '../supervisor/state-folder.ts';

/** Where a supervisor finds what it is to do. It stays, for the next one. */
export function startFileOf(folder: StateFolder): string {
  return join(folder.path, 'start.json');
}

/** What the supervisor of that folder was told when one was started last; null where none ever was. */
export function lastStart(folder: StateFolder): SupervisorStart | null {
  try {
    return JSON.parse(readFileSync(startFileOf(folder), 'utf8')) as SupervisorStart;
  } catch {
    return null;
  }
}
