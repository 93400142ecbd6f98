import type { SubstrateName } from '../substrate/substrate.ts';
import type { CommandContext, Invocation } from './context.ts';
import { growWorld, joinWorld, type GrownWorld } from './grow-world.ts';
import { grownBefore } from './start-supervisor.ts';
import { flag, textOption } from './options.ts';
import { noDockerOptions } from './prepare-docker.ts';
import { stayWithWorld } from './stay-with-world.ts';
import { nameOn, substrateOption } from './substrate-option.ts';
import { checkWorldName } from './world-name.ts';

/** `petri` without words: the terminal UI on the default world, which is grown first where it is not up. */
export async function run({ options, context }: Invocation): Promise<number> {
  const theme = textOption(options, 'theme');
  await context.checkTheme(theme);
  const on = substrateOption(options);
  const name = checkWorldName(textOption(options, 'name')) ?? nameOn(on);
  const grown = (await joinWorld(context, name ?? 'default')) ?? (await growIt(context, name, on));
  return stayWithWorld(context, grown, { readOnly: flag(options, 'readOnly'), theme });
}

/** What reads world files is loaded only here: a window on a world that is up opens in half the time without. */
async function growIt(context: CommandContext, name: string | null, on: SubstrateName | null): Promise<GrownWorld> {
  const { chooseWorld } = await import('./choose-world.ts');
  const overrides = { ...(name === null ? {} : { name }), ...(on === null ? {} : { on }) };
  const world = await chooseWorld(null, overrides, grownBefore(name ?? 'default'));
  return growWorld(context, { world, isSpecific: false, fresh: false, by: 'ui', docker: noDockerOptions });
}
