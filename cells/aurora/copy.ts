import { existsSync, readFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { writeDurably } from './volume.ts';

/** How long SQLite's own locks may hold up a copy before the files are copied raw, in milliseconds. */
const lockWaitMsMax = 250;
const rawTriesMax = 50;

/**
 * Copies a database that another process may be writing, or may have died or been stopped in the middle of writing, to one file,
 * without anything left in a WAL, on the disk and checked. Everything that was committed before the call is in the copy.
 * The caller must have no connection of its own to `source`: closing a file handle on it would drop that connection's locks.
 * Throws where the copy does not pass SQLite's check.
 */
export function copyDatabase(source: string, target: string): 'read' | 'raw' {
  removeDatabase(target);
  const bytes = indexIsTorn(source) ? null : serialized(source);
  if (bytes) writeDurably(target, bytes);
  else copyRaw(source, target);
  settleDatabase(target);
  return bytes ? 'read' : 'raw';
}

/** A read transaction needs no lock of the writer's, so a writer stopped inside a transaction or a checkpoint does not hold it up. */
function serialized(source: string): Buffer | null {
  let database: Database.Database | null = null;
  try {
    database = new Database(source, { readonly: true, timeout: lockWaitMsMax });
    return database.serialize();
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (/^SQLITE_(BUSY|PROTOCOL|LOCKED|CANTOPEN|READONLY)/.test(code)) return null;
    throw error;
  } finally {
    database?.close();
  }
}

/**
 * True where a writer was stopped between writing the two copies of the WAL index's header. SQLite would then wait for that writer's
 * lock, blocking this thread for up to 10 s whatever the busy timeout says.
 */
function indexIsTorn(source: string): boolean {
  const index = `${source}-shm`;
  for (let look = 0; look < 5; look++) {
    const header = readIfThere(index)?.subarray(0, 96);
    if (!header || header.length < 96 || header.subarray(0, 48).equals(header.subarray(48))) return false;
  }
  return true;
}

/**
 * Database first, then WAL, twice: equal both times means that there was one moment at which both looked like this, and SQLite can
 * recover from any moment. A writer that runs ends its last commit within milliseconds, since it then finds itself fenced.
 */
function copyRaw(source: string, target: string): void {
  const take = () => ({ main: readFileSync(source), wal: readIfThere(`${source}-wal`) });
  let files = take();
  for (let tries = 0; ; tries++) {
    const again = take();
    const sameWal = files.wal === null ? again.wal === null : again.wal?.equals(files.wal);
    if (files.main.equals(again.main) && sameWal) break;
    if (tries === rawTriesMax) throw new Error(`${source} kept changing while it was copied`);
    files = again;
  }
  writeDurably(target, files.main);
  if (files.wal) writeDurably(`${target}-wal`, files.wal);
}

/**
 * Makes a new database ready to be shown under its name: one file, whole, checked, and marked as one that has a WAL, so that a reader
 * that is quicker than the writer already sees the mode that it expects. Throws where SQLite finds damage.
 */
export function settleDatabase(path: string): void {
  const database = new Database(path, { fileMustExist: true });
  try {
    database.pragma('journal_mode = WAL');
    const verdict = database.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw new Error(`${path} is damaged: ${String(verdict)}`);
  } finally {
    // The only connection takes the WAL into the file as it closes.
    database.close();
  }
  if (existsSync(`${path}-wal`)) throw new Error(`the WAL of ${path} was not taken in`);
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Removes a database and its companions. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}
