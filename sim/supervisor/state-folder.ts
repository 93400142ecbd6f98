import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** The layout of this folder and of its ledger. It changes only when an older Petri could not read it any more. */
export const stateFormat = 1;

/** What fits into a Unix socket's address everywhere (macOS: 104 bytes with the closing zero). */
const socketPathBytesMax = 103;

/** `usage`: a name that no world can have. `unavailable`: the folder is not one that this version can work in. */
export class StateFolderError extends Error {
  override readonly name = 'StateFolderError';
  readonly code: 'usage' | 'unavailable';

  constructor(code: 'usage' | 'unavailable', message: string) {
    super(message);
    this.code = code;
  }
}

/** The places of one world on disk. The paths are fixed by the name; the folders exist once it was opened. */
export interface StateFolder {
  readonly name: string;
  readonly path: string;
  readonly ledger: string;
  /** The control socket, mode 0600; elsewhere where its path here would be too long. */
  readonly socket: string;
  readonly parts: string;
  readonly volumes: string;
  readonly events: string;
  readonly logs: string;
}

export function isWorldName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,31}$/.test(name);
}

/** `$XDG_STATE_HOME/petri`, else `~/.local/state/petri`. A relative XDG_STATE_HOME is ignored, as its specification asks. */
export function stateRoot(): string {
  const asked = process.env.XDG_STATE_HOME;
  return join(asked?.startsWith('/') ? asked : join(homedir(), '.local', 'state'), 'petri');
}

/** The names of the worlds that have a folder, alive or not. */
export function listWorlds(): readonly string[] {
  if (!existsSync(stateRoot())) return [];
  const entries = readdirSync(stateRoot(), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && isWorldName(entry.name))
    .map((entry) => entry.name)
    .toSorted();
}

/** Where a world of this name lives, without touching the disk. Throws `usage` for a name that no world can have. */
export function locateWorld(name: string): StateFolder {
  if (!isWorldName(name)) {
    const rule = 'use 1 to 32 of a-z, 0-9 and -, not beginning with -';
    throw new StateFolderError('usage', `"${name}" is not a name for a world: ${rule}`);
  }
  const path = join(stateRoot(), name);
  return {
    name,
    path,
    ledger: join(path, 'ledger.ndjson'),
    socket: socketPath(path),
    parts: join(path, 'parts'),
    volumes: join(path, 'volumes'),
    events: join(path, 'events'),
    logs: join(path, 'logs'),
  };
}

/** A world's folder as it is; null where there is none. Throws `unavailable` for one of another format. */
export function findWorld(name: string): StateFolder | null {
  const folder = locateWorld(name);
  if (!existsSync(join(folder.path, 'format'))) return null;
  checkFormat(folder);
  return folder;
}

/** Opens a world's folder, made with all its places where it is missing; only its owner can look into it. */
export function openWorld(name: string): StateFolder {
  const folder = findWorld(name) ?? locateWorld(name);
  for (const path of [folder.path, folder.parts, folder.volumes, folder.events, folder.logs]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
  chmodSync(folder.path, 0o700);
  const format = join(folder.path, 'format');
  if (!existsSync(format)) writeFileSync(format, `${stateFormat}\n`, { mode: 0o600 });
  makeSocketFolder(folder);
  return folder;
}

function checkFormat(folder: StateFolder): void {
  const found = readFileSync(join(folder.path, 'format'), 'utf8').trim();
  if (found === String(stateFormat)) return;
  throw new StateFolderError(
    'unavailable',
    `the world "${folder.name}" was grown by another version of Petri (format ${found || 'unknown'}, this one reads ` +
      `${stateFormat}): end it with that version, or move ${folder.path} out of the way`,
  );
}

function socketPath(worldPath: string): string {
  const near = join(worldPath, 'control.sock');
  if (Buffer.byteLength(near) <= socketPathBytesMax) return near;
  // Named after the world's whole path, so that every command finds the same one without being told.
  const word = createHash('sha256').update(worldPath).digest('hex').slice(0, 16);
  const far = join(`petri-${process.getuid?.() ?? 0}-${word}`, 'control.sock');
  const inTemp = join(tmpdir(), far);
  return Buffer.byteLength(inTemp) <= socketPathBytesMax ? inTemp : join('/tmp', far);
}

/** The temp directory is everybody's: a folder there that is not ours alone could be a trap. */
function makeSocketFolder(folder: StateFolder): void {
  const parent = join(folder.socket, '..');
  if (parent === folder.path) return;
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const facts = lstatSync(parent);
  const ours = facts.isDirectory() && facts.uid === process.getuid?.() && (facts.mode & 0o077) === 0;
  if (!ours) {
    throw new StateFolderError('unavailable', `${parent} is not a folder of yours alone (mode 0700): remove it first`);
  }
}
