import { statfs } from 'node:fs/promises';
import type { Engine } from './engine.ts';
import { dockerErrorOf, reasonOf } from './engine.ts';
import { DockerError } from './docker-error.ts';
import { contextHash, dockerfilePath, imageContext, packContext, type ImageContext } from './image-context.ts';
import { followImageStream, silenceError, silenceMsMax } from './image-stream.ts';

/** The public images that a world stands on; any other Node ≥ 22.14 or Redis ≥ 6.2 can take their place. */
export interface ImageNames {
  readonly node: string;
  readonly redis: string;
}

export const defaultImageNames: ImageNames = { node: 'node:24-slim', redis: 'redis:7-alpine' };

/** An image at hand. */
export interface Image {
  /** As it is asked for: `petri:0a1b2c3d4e5f`. */
  readonly name: string;
  /** `sha256:…`; what a container is made from, whatever the name means later. */
  readonly id: string;
  /** As Node names it: `x64`, `arm64`. */
  readonly architecture: string;
}

/** What a cell's queue runs on: a real Redis, or the engine inside Petri's own image, with why. */
export type RedisImage = (Image & { readonly kind: 'image' }) | { readonly kind: 'embedded'; readonly reason: string };

export interface WorldImages {
  readonly petri: Image;
  readonly base: Image;
  readonly redis: RedisImage;
}

/** One sentence on how far it is. A later one takes the place of the one before. */
export type Progress = (sentence: string) => void;

const diskBytesMin = 1024 ** 3;

/** Whoever says it nearest decides: a flag, the environment (NODE_IMAGE, REDIS_IMAGE), the world file, the default. */
export function chooseImageNames(
  flags: Partial<ImageNames> = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
  world: Partial<ImageNames> = {},
): ImageNames {
  return {
    node: flags.node || env.NODE_IMAGE || world.node || defaultImageNames.node,
    redis: flags.redis || env.REDIS_IMAGE || world.redis || defaultImageNames.redis,
  };
}

/** Gets every image that a world needs: what is at hand is taken, the rest pulled or built. */
export async function ensureImages(engine: Engine, names: ImageNames, say: Progress): Promise<WorldImages> {
  const base = await ensureBaseImage(engine, names.node, say);
  const petri = await ensurePetriImage(engine, base, say);
  return { petri, base, redis: await ensureRedisImage(engine, names.redis, say) };
}

/** The image with that name where the engine has it, else null. */
export async function findImage(engine: Engine, name: string): Promise<Image | null> {
  try {
    const { Id, Architecture } = await engine.client.getImage(name).inspect();
    return { name, id: Id, architecture: Architecture === 'amd64' ? 'x64' : Architecture };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw dockerErrorOf(error, engine.name, `looking for the image ${name}`);
  }
}

async function ensureBaseImage(engine: Engine, name: string, say: Progress): Promise<Image> {
  const found = (await findImage(engine, name)) ?? (await pullImage(engine, name, say));
  if ('id' in found) return found;
  throw new DockerError(
    'no-image',
    `the image ${name} is not at hand and cannot be pulled (${found.reason}): bring it with petri images load FILE, or name one that is here with NODE_IMAGE=…`,
  );
}

async function ensureRedisImage(engine: Engine, name: string, say: Progress): Promise<RedisImage> {
  const found = (await findImage(engine, name)) ?? (await pullImage(engine, name, say));
  if ('id' in found) return { kind: 'image', ...found };
  const reason = `the image ${name} is not at hand and cannot be pulled (${found.reason}): the queues run on the embedded engine`;
  return { kind: 'embedded', reason };
}

/** Pulls an image by its name. Where no registry gives it, the reason in the registry's or the network's own words. */
async function pullImage(engine: Engine, name: string, say: Progress): Promise<Image | { readonly reason: string }> {
  await checkDisk(engine);
  say(`Pulling ${name}`);
  try {
    await followImageStream(await askToPull(engine, name), (sentence) => say(`Pulling ${name}: ${sentence}`));
  } catch (error) {
    return { reason: reasonOf(error) };
  }
  return (await findImage(engine, name)) ?? { reason: 'the engine pulled it and does not have it' };
}

/** Asks for a pull; a registry whose network swallows everything is given up before its first word, too. */
async function askToPull(engine: Engine, name: string): Promise<NodeJS.ReadableStream> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), silenceMsMax);
  try {
    return await engine.client.pull(withTag(name), { abortSignal: abort.signal });
  } catch (error) {
    if (abort.signal.aborted) throw silenceError();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Without a tag the engine would pull them all. */
function withTag(name: string): string {
  return /[:@][^/]+$/.test(name) ? name : `${name}:latest`;
}

/** Petri's image for this installation, where it is built already; else null. */
export async function findPetriImage(engine: Engine, base: Image): Promise<Image | null> {
  return await findImage(engine, petriName(imageContext(base.architecture), base));
}

function petriName(context: ImageContext, base: Image): string {
  return `petri:${contextHash(context, base.id)}`;
}

/** Builds Petri's image from this installation, unless it is there: its tag names its content and what it stands on. */
export async function ensurePetriImage(engine: Engine, base: Image, say: Progress): Promise<Image> {
  const context = imageContext(base.architecture);
  const name = petriName(context, base);
  const found = await findImage(engine, name);
  if (found) return found;
  await checkDisk(engine);
  say(`Building ${name}`);
  try {
    const stream = await engine.client.buildImage(await packContext(context), {
      t: name,
      dockerfile: dockerfilePath,
      buildargs: { NODE_IMAGE: base.name },
      networkmode: 'none',
      forcerm: true,
    });
    await followImageStream(stream, (sentence) => say(`Building ${name}: ${sentence}`));
  } catch (error) {
    throw dockerErrorOf(error, engine.name, `building ${name}`);
  }
  const built = await findImage(engine, name);
  if (!built) throw new DockerError('failed', `the Docker engine at ${engine.name} built ${name} and does not have it`);
  return built;
}

/** Rejects where the engine's disk is nearly full. One whose disk cannot be looked at from here is not judged. */
async function checkDisk(engine: Engine): Promise<void> {
  if (engine.isRemote) return;
  const { DockerRootDir } = (await engine.client.info()) as { DockerRootDir: string };
  const free = await statfs(DockerRootDir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  if (free !== null && free < diskBytesMin)
    throw new DockerError(
      'no-space',
      `the Docker engine has ${Math.floor(free / 1024 ** 2)} MiB left at ${DockerRootDir}, and 1 GiB is needed: docker system df shows what takes the room`,
    );
}
