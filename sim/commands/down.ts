import { setTimeout as wait } from 'node:timers/promises';
import { isSame, startTimeOf } from '../substrate/process/identity.ts';
import type { Invocation } from './context.ts';
import { Failure } from './failure.ts';
import { connectAll, connectWorld, foldersOfWorlds, type LiveWorld } from './live-world.ts';
import { flag, textOption } from './options.ts';
import { printJson } from './print.ts';

const downMsMax = 30_000;

export async function run(invocation: Invocation): Promise<void> {
  const { options, context } = invocation;
  const all = flag(options, 'all');
  const worlds = all ? await connectAll() : [await connectWorld(textOption(options, 'name'))];
  const ended = await Promise.all(worlds.map(endWorld));
  if (all) await sweepTheDead();
  if (flag(options, 'json')) return printJson(context, ended);
  if (ended.length === 0) context.out('no world is up');
  for (const { world, parts, attachedTo } of ended) {
    if (attachedTo === null) context.out(`${world} has ended: ${parts} parts; its data is kept for the next petri up`);
    else context.out(`let go of ${attachedTo}: its ${parts} containers go on; docker-compose down ends them`);
  }
}

interface Ended {
  readonly world: string;
  readonly parts: number;
  /** The Compose project that goes on without its supervisor. */
  readonly attachedTo: string | null;
}

/** Ends a world and waits until its supervisor is gone, so that what follows finds its ports free. */
async function endWorld(world: LiveWorld): Promise<Ended> {
  try {
    const { pid } = await world.call('hello', {});
    const startTime = startTimeOf(pid);
    const { parts, attachedTo } = await world.call('down', {}, downMsMax);
    const deadline = Date.now() + downMsMax;
    while (startTime !== null && isSame(pid, startTime)) {
      if (Date.now() > deadline)
        throw new Failure('unproven', `the supervisor of ${world.name} (process ${pid}) has not ended: petri doctor`);
      await wait(20);
    }
    return { world: world.name, parts, attachedTo };
  } finally {
    world.close();
  }
}

async function sweepTheDead(): Promise<void> {
  const { sweepDeadWorld } = await import('../supervisor/orphans.ts');
  await Promise.all(foldersOfWorlds().map((folder) => sweepDeadWorld(folder)));
}
