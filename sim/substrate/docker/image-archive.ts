import { constants, createReadStream } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DockerError } from './docker-error.ts';
import { dockerErrorOf, reasonOf, type Engine } from './engine.ts';
import type { Progress } from './image.ts';
import { followImageStream } from './image-stream.ts';

/** The disk is full, the folder cannot be written: the reader's to mend, and no word of Docker in it. */
const ofTheFile = new Set(['ENOSPC', 'EACCES', 'EPERM', 'EROFS', 'EDQUOT', 'EIO', 'ENOENT', 'EISDIR']);

/** What can be ended from outside: a partial file goes with it. */
export interface Saving {
  readonly done: Promise<{ readonly bytes: number }>;
  abandon(): Promise<void>;
}

/**
 * Writes images into one archive as `docker save` makes it. The file is there whole or not at all: it is written beside and then
 * takes its name, in place of an older one.
 */
export function saveImages(engine: Engine, names: readonly string[], file: string, say: Progress): Saving {
  const partial = join(dirname(file), `.${basename(file)}.${process.pid}.partial`);
  const abort = new AbortController();
  const abandon = async () => {
    abort.abort();
    await rm(partial, { force: true });
  };
  const write = async () => {
    const streams: { destroy(): unknown }[] = [];
    try {
      // `flush`: what has its name is on the disk.
      const target = (await open(partial, 'wx')).createWriteStream({ flush: true });
      streams.push(target);
      const counter = countBytes((mebibytes) => say(`Saving ${names.join(', ')}: ${mebibytes} MiB`));
      const source = await askForArchive(engine, names);
      streams.push(source);
      await pipeline(source, counter.stream, target, { signal: abort.signal });
      await rename(partial, file);
      return { bytes: counter.bytes() };
    } catch (error) {
      for (const stream of streams) stream.destroy();
      await rm(partial, { force: true });
      if (ofTheFile.has((error as NodeJS.ErrnoException).code ?? ''))
        throw new DockerError('failed', `${file} cannot be written: ${(error as Error).message}`, { cause: error });
      throw dockerErrorOf(error, engine.name, `saving ${names.join(', ')}`);
    }
  };
  return { done: write(), abandon };
}

/** Its types do not know this call; it has it. */
function askForArchive({ client }: Engine, names: readonly string[]): Promise<Readable> {
  return (client as unknown as { getImages(options: object): Promise<Readable> }).getImages({ names });
}

/** Takes in an archive that `petri images save` or `docker save` made, compressed or not. Returns the names in it. */
export async function loadImages(engine: Engine, file: string, say: Progress): Promise<readonly string[]> {
  let bytes: number;
  try {
    await access(file, constants.R_OK);
    const found = await stat(file);
    if (!found.isFile()) throw new Error('it is not a file');
    bytes = found.size;
  } catch (error) {
    throw new DockerError('failed', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const total = Math.ceil(bytes / 1024 ** 2);
  const counter = countBytes((mebibytes) => say(`Loading ${file}: ${mebibytes} of ${total} MiB`));
  const source = createReadStream(file);
  source.on('error', (error) => counter.stream.destroy(error));
  try {
    const reports = await engine.client.loadImage(source.pipe(counter.stream));
    const said = await followImageStream(reports, () => {});
    const names = said.flatMap((text) => /^Loaded image(?: ID)?: (\S+)/.exec(text)?.[1] ?? []);
    if (names.length > 0) return names;
  } catch (error) {
    const isEngineGone = (error as { code?: string }).code === 'ECONNREFUSED';
    if (isEngineGone) throw dockerErrorOf(error, engine.name);
    throw new DockerError(
      'failed',
      `${file} is no archive of images (${reasonOf(error)}): make one with petri images save FILE`,
      {
        cause: error,
      },
    );
  } finally {
    source.destroy();
  }
  throw new DockerError('failed', `there is no image in ${file}: make one with petri images save FILE`);
}

/** Passes bytes on and tells how many, each time another MiB is through. */
function countBytes(tell: (mebibytes: number) => void): { readonly stream: Transform; readonly bytes: () => number } {
  let bytes = 0;
  let told = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const mebibytes = Math.floor(bytes / 1024 ** 2);
      if (mebibytes > told) tell((told = mebibytes));
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}
