import type { Invocation } from './context.ts';
import { endWorld } from './end-world.ts';
import { connectAll, connectWorld, foldersOfWorlds } from './live-world.ts';
import { flag, textOption } from './options.ts';
import { printJson } from './print.ts';
import { lastStart } from './start-file.ts';

export async function run(invocation: Invocation): Promise<void> {
  const { options, context } = invocation;
  const all = flag(options, 'all');
  const worlds = all ? await connectAll() : [await connectWorld(textOption(options, 'name'))];
  const ended = await Promise.all(worlds.map(endWorld));
  if (all) await sweepTheDead();
  if (flag(options, 'json')) return printJson(context, ended);
  if (ended.length === 0) context.out('no world is up');
  for (const [at, { world, parts, attachedTo }] of ended.entries()) {
    const isVirtual = lastStart(worlds[at]!.folder)?.world.on === 'virtual';
    const kept = isVirtual ? 'its seed begins it anew' : 'its data is kept for the next petri up';
    if (attachedTo === null) context.out(`${world} has ended: ${parts} parts; ${kept}`);
    else context.out(`let go of ${attachedTo}: its ${parts} containers go on; docker-compose down ends them`);
  }
}

async function sweepTheDead(): Promise<void> {
  const { sweepDeadWorld } = await import('../supervisor/orphans.ts');
  await Promise.all(foldersOfWorlds().map((folder) => sweepDeadWorld(folder)));
}
