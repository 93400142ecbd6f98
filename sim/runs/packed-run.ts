import { createReadStream, createWriteStream, lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import tar from 'tar-stream';
import { RunFolderError } from './run-folder-error.ts';

/** A packed run is what one run can be, and no more: whoever opens somebody else's is not to fill a disk. */
const bounds = { files: 2000, fileBytes: 1024 ** 3, allBytes: 2 * 1024 ** 3 } as const;
export type PackBounds = Readonly<Record<keyof typeof bounds, number>>;

const runFiles = [
  'plan.json',
  'petri.json',
  'metrics.json',
  'verdict.json',
  'scenario.yaml',
  'world.yaml',
  'events.ndjson',
];
/** The only names that a packed run may hold: no folder but one, no way out of it. */
const logPattern = /^logs\/[A-Za-z0-9_][A-Za-z0-9._-]{0,200}$/;

/** Makes a run's folder one file, a compressed tar archive. The same run gives the same bytes. */
export async function packRun(folder: string, file: string): Promise<{ readonly bytes: number }> {
  const partial = `${file}.${process.pid}.partial`;
  const pack = tar.pack();
  const written = pipeline(pack, createGzip({ level: 6 }), createWriteStream(partial, { flags: 'wx' }));
  try {
    const logs = join(folder, 'logs');
    const names = statSync(logs, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(logs).toSorted() : [];
    for (const name of [...runFiles, ...names.map((log) => `logs/${log}`).filter((name) => logPattern.test(name))])
      await addFile(pack, folder, name);
    pack.finalize();
    await written;
    await rename(partial, file);
  } catch (error) {
    pack.destroy();
    await written.catch(() => {});
    rmSync(partial, { force: true });
    throw error;
  }
  return { bytes: statSync(file).size };
}

async function addFile(pack: tar.Pack, folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  // A link would carry something from elsewhere into a file that is given away.
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (!facts?.isFile()) return;
  const entry = pack.entry({ name, size: facts.size, mode: 0o600, uid: 0, gid: 0, mtime: new Date(0), type: 'file' });
  await pipeline(createReadStream(path, { end: Math.max(0, facts.size - 1) }), entry);
}

/**
 * Unpacks a run into a folder. What is no file of a run (a link, a path that leads elsewhere, a name that no run has, too much
 * of anything) is refused, and nothing of it is left. Rejects with a {@link RunFolderError}.
 */
export async function unpackRun(file: string, folder: string, allowed: PackBounds = bounds): Promise<void> {
  const refuse = (why: string) => new RunFolderError(`${file} is no packed run: ${why}. Nothing of it was kept`);
  const extract = tar.extract();
  const seen = new Set<string>();
  extract.on('entry', (header, stream, next) => {
    const { name, type, size = 0 } = header;
    const isKnown = runFiles.includes(name) || logPattern.test(name);
    const why =
      type !== 'file'
        ? `it holds a ${type}, ${JSON.stringify(name)}`
        : !isKnown || seen.has(name)
          ? `it holds ${JSON.stringify(name)}${isKnown ? ' twice' : ', which is no file of a run'}`
          : size > allowed.fileBytes || seen.size >= allowed.files
            ? `it is larger than a run can be`
            : null;
    if (why !== null) return void extract.destroy(refuse(why));
    seen.add(name);
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 })).then(() => next(), next);
  });
  let unpacked = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unpacked += chunk.length;
      if (unpacked > allowed.allBytes) done(refuse('it is larger than a run can be'));
      else done(null, chunk);
    },
  });
  try {
    await pipeline(createReadStream(file), createGunzip(), counter, extract as Writable);
    if (!seen.has('plan.json')) throw refuse('it has no plan.json');
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (error instanceof RunFolderError) throw error;
    throw refuse((error as Error).message);
  }
}
