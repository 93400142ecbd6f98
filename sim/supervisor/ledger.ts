import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isSame } from '../substrate/process/identity.ts';
import { StateFolderError } from './state-folder.ts';

/** Who owns the world and how its parts are marked. The first entry of every ledger. */
export interface WorldEntry {
  readonly kind: 'world';
  readonly token: string;
  /** The supervisor, by pid and start time. */
  readonly pid: number;
  readonly startTime: string;
  readonly at: number;
  /** Set where its parts are containers: what they are labelled with. */
  readonly docker?: DockerWorld | null;
}

export interface DockerWorld {
  readonly project: string;
  readonly life: string;
  /** Whether an engine on another machine may be asked. */
  readonly allowRemote: boolean;
}

export interface SpawnedPart {
  readonly address: string;
  readonly pid: number;
  readonly startTime: string;
}

/** What a fault is about to do, as its owner wishes to keep it. */
export interface FaultIntent {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly at: number;
}

/** One line of the ledger. */
export type LedgerEntry =
  | WorldEntry
  | ({ readonly kind: 'spawned' } & SpawnedPart)
  | { readonly kind: 'gone'; readonly address: string; readonly pid: number }
  | { readonly kind: 'fault'; readonly fault: FaultIntent }
  | { readonly kind: 'healed'; readonly id: string }
  /** Nothing of the world with this token lives any more. */
  | { readonly kind: 'ended'; readonly token: string; readonly at: number };

/** What the lines add up to. */
export interface LedgerState {
  readonly world: WorldEntry | null;
  /** Processes that were started and not seen to end. */
  readonly parts: readonly SpawnedPart[];
  /** Faults whose intent was written and whose healing was not. */
  readonly faults: readonly FaultIntent[];
  readonly ended: boolean;
}

const dataSync = promisify(fdatasync);

/** The supervisor's own book of what exists because of it: appended line by line, so that its death at any instant leaves a readable one. */
export class Ledger {
  readonly #fd: number;
  /** The last line may lack its end: the disk was full. */
  #torn = false;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Begins a new ledger in place of a dead world's, whole or not at all; sweep what the old one names first. Of several
   * processes that try at once one succeeds; the others, and any that comes while its supervisor lives, get `unavailable`.
   */
  static begin(path: string, world: WorldEntry): Ledger {
    const fresh = `${path}.${world.pid}.new`;
    const fd = openSync(fresh, 'w', 0o600);
    writeSync(fd, lineOf(world));
    fsyncSync(fd);
    closeSync(fd);
    try {
      setAside(path, world);
      linkSync(fresh, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw taken(readLedger(path).world?.pid);
    } finally {
      rmSync(fresh, { force: true });
    }
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
    return new Ledger(openSync(path, 'a', 0o600));
  }

  /**
   * Appends without waiting for the disk. That is enough for processes: the line survives the death of this process, a crash
   * of the whole machine ends the parts too, and a part that no line names is found by the marker in its environment.
   * For the same reason a full disk loses the line and nothing else: the world goes on.
   */
  append(entry: LedgerEntry): void {
    try {
      this.#write(entry);
    } catch {
      // The next line begins afresh.
    }
  }

  /** Appends and resolves when the line is on the disk: for what must be known before it is done. Rejects where it cannot be. */
  async appendDurably(entry: LedgerEntry): Promise<void> {
    this.#write(entry);
    await dataSync(this.#fd);
  }

  #write(entry: LedgerEntry): void {
    const bytes = Buffer.from(this.#torn ? `\n${lineOf(entry)}` : lineOf(entry));
    this.#torn = true;
    if (writeSync(this.#fd, bytes) < bytes.length) throw new Error('no space is left on its disk');
    this.#torn = false;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Takes a dead world's ledger out of the way. Throws where its supervisor lives. */
function setAside(path: string, mine: WorldEntry): void {
  const before = readLedger(path).world;
  if (before && before.pid !== mine.pid && isSame(before.pid, before.startTime)) throw taken(before.pid);
  if (!existsSync(path)) return;
  const aside = `${path}.${mine.pid}.old`;
  renameSync(path, aside);
  const moved = readLedger(aside).world;
  // Somebody began between our look and our move: what we hold is theirs, and goes back.
  if (moved?.token !== before?.token) {
    renameSync(aside, path);
    throw taken(moved?.pid);
  }
  rmSync(aside);
}

function taken(pid: number | undefined): StateFolderError {
  const by = pid === undefined ? 'another process' : `process ${pid}`;
  return new StateFolderError(
    'unavailable',
    `this world is owned by ${by} already: petri status looks at it, petri down ends it`,
  );
}

/** Reads a ledger; a missing file is an empty one, and a line torn by a crash counts as never written. */
export function readLedger(path: string): LedgerState {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return sumLedger(text.split('\n').flatMap(parseLine));
}

/** Marks a world as ended from outside its supervisor. A ledger that has begun again meanwhile is left alone. */
export function markEnded(path: string, token: string, at: number): void {
  if (readLedger(path).world?.token !== token) return;
  const fd = openSync(path, 'a', 0o600);
  // A torn last line has no end of its own: begin on a fresh one.
  writeSync(fd, `\n${lineOf({ kind: 'ended', token, at })}`);
  fsyncSync(fd);
  closeSync(fd);
}

export function sumLedger(entries: readonly LedgerEntry[]): LedgerState {
  let world: WorldEntry | null = null;
  let ended = false;
  const parts = new Map<string, SpawnedPart>();
  const faults = new Map<string, FaultIntent>();
  for (const entry of entries) {
    switch (entry.kind) {
      case 'world':
        world = entry;
        break;
      case 'spawned':
        parts.set(`${entry.address} ${entry.pid}`, {
          address: entry.address,
          pid: entry.pid,
          startTime: entry.startTime,
        });
        break;
      case 'gone':
        parts.delete(`${entry.address} ${entry.pid}`);
        break;
      case 'fault':
        faults.set(entry.fault.id, entry.fault);
        break;
      case 'healed':
        faults.delete(entry.id);
        break;
      case 'ended':
        ended ||= entry.token === world?.token;
        break;
    }
  }
  return { world, parts: [...parts.values()], faults: [...faults.values()], ended };
}

function lineOf(entry: LedgerEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function parseLine(line: string): LedgerEntry[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as LedgerEntry];
  } catch {
    return [];
  }
}
