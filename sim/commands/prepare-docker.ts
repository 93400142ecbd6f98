import type { DockerStart } from '../supervisor/start.ts';
import type { World } from '../world/world.ts';
import type { CommandContext, Invocation } from './context.ts';
import { unavailable } from './failure.ts';
import { flag, textOption } from './options.ts';
import { tellProgress } from './tell-progress.ts';

export interface DockerOptions {
  readonly nodeImage: string | null;
  readonly redisImage: string | null;
  readonly allowRemote: boolean;
}

/** What nobody asked for. */
export const noDockerOptions: DockerOptions = { nodeImage: null, redisImage: null, allowRemote: false };

export function dockerOptions(options: Invocation['options']): DockerOptions {
  return {
    nodeImage: textOption(options, 'nodeImage'),
    redisImage: textOption(options, 'redisImage'),
    allowRemote: flag(options, 'allowRemote'),
  };
}

/** Finds the engine and makes the images that a world needs, telling what it does; ends the command where that cannot be. */
export async function prepareDocker(
  context: CommandContext,
  world: World,
  { nodeImage, redisImage, allowRemote }: DockerOptions,
): Promise<DockerStart> {
  const [{ connectEngine }, { chooseImageNames, ensureImages }] = await Promise.all([
    import('../substrate/docker/engine.ts'),
    import('../substrate/docker/image.ts'),
  ]);
  const names = chooseImageNames({ node: nodeImage ?? '', redis: redisImage ?? '' }, process.env, {
    node: world.images.node ?? '',
    redis: world.images.redis ?? '',
  });
  const { tell, end } = tellProgress(context);
  try {
    const engine = await connectEngine({ allowRemote });
    const { petri, redis } = await ensureImages(engine, names, tell);
    if (redis.kind === 'embedded' && world.engine === 'redis') unavailable(`no Redis on Docker: ${redis.reason}`);
    if (redis.kind === 'embedded' && world.engine === 'auto') context.err(redis.reason);
    const isReal = redis.kind === 'image' && world.engine !== 'embedded';
    return { petriImage: petri.name, redisImage: isReal ? redis.name : null, allowRemote };
  } finally {
    end();
  }
}
