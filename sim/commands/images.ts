import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine } from '../substrate/docker/engine.ts';
import type { WorldImages } from '../substrate/docker/image.ts';
import { quote } from '../world/quantities.ts';
import { didYouMean, orList } from '../world/suggest.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { flag } from './options.ts';
import { dockerOptions } from './prepare-docker.ts';
import { printJson } from './print.ts';
import { tellProgress } from './tell-progress.ts';

const actions = ['pull', 'save', 'load'] as const;

/** Gets the images that worlds on Docker need, or carries them in one file to where no registry answers. */
export async function run(invocation: Invocation): Promise<void> {
  const { args, options, context } = invocation;
  const action = actions.find((each) => each === args[0]);
  if (action === undefined)
    usage(
      `images can be told to ${orList(actions)}, not ${quote(args[0]!)}${didYouMean(args[0]!, actions)}; petri images --help shows how`,
    );
  const file = args[1];
  if (action === 'pull' && file !== undefined) usage('petri images pull takes no file: save and load do');
  if (action !== 'pull' && file === undefined)
    usage(`petri images ${action} needs a file: petri images ${action} petri-images.tar`);
  if (action === 'save' && statSync(file!, { throwIfNoEntry: false })?.isDirectory())
    usage(`${file} is a folder: name a file in it`);
  if (action === 'save' && existsSync(file!) && !flag(options, 'force'))
    usage(`${file} is there already: --force writes it anew`);

  const { connectEngine } = await import('../substrate/docker/engine.ts');
  const engine = await connectEngine({ allowRemote: flag(options, 'allowRemote') });
  const progress = tellProgress(context);
  try {
    if (action === 'load') await load(invocation, engine, file!, progress.tell);
    else if (action === 'save') await save(invocation, engine, file!, progress.tell);
    else printImages(invocation, await ready(invocation, engine, progress.tell));
  } finally {
    progress.end();
  }
}

async function ready({ options }: Invocation, engine: Engine, tell: (sentence: string) => void): Promise<WorldImages> {
  const { chooseImageNames, ensureImages } = await import('../substrate/docker/image.ts');
  const { nodeImage, redisImage } = dockerOptions(options);
  return await ensureImages(engine, chooseImageNames({ node: nodeImage ?? '', redis: redisImage ?? '' }), tell);
}

async function save(
  invocation: Invocation,
  engine: Engine,
  file: string,
  tell: (sentence: string) => void,
): Promise<void> {
  const { options, context } = invocation;
  const { petri, base, redis } = await ready(invocation, engine, tell);
  const images = [petri, base, ...(redis.kind === 'image' ? [redis] : [])].map(({ name }) => name);
  const { saveImages } = await import('../substrate/docker/image-archive.ts');
  const saving = saveImages(engine, images, resolve(file), tell);
  const forget = context.onInterrupt(() => saving.abandon());
  const { bytes } = await saving.done.finally(forget);
  if (redis.kind === 'embedded') context.err(redis.reason);
  if (flag(options, 'json')) return printJson(context, { file, bytes, images });
  context.out(`${file}: ${images.join(', ')}, ${Math.ceil(bytes / 1024 ** 2)} MiB`);
  context.out(`where there is no internet: petri images load ${file}`);
}

async function load(
  { options, context }: Invocation,
  engine: Engine,
  file: string,
  tell: (sentence: string) => void,
): Promise<void> {
  const { loadImages } = await import('../substrate/docker/image-archive.ts');
  const images = await loadImages(engine, file, tell);
  if (flag(options, 'json')) return printJson(context, { file, images });
  context.out(`from ${file}: ${images.join(', ')}`);
}

function printImages({ options, context }: Invocation, images: WorldImages): void {
  if (flag(options, 'json')) return printJson(context, images);
  const { petri, base, redis } = images;
  context.out(`${petri.name} is here, on ${base.name}; it runs every program of Petri`);
  context.out(redis.kind === 'image' ? `${redis.name} is here; the queues run on it` : redis.reason);
}
