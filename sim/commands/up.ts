import { foundSentences } from '../state/found.ts';
import type { Status } from '../state/status.ts';
import type { Invocation } from './context.ts';
import { chooseWorld } from './choose-world.ts';
import { usage } from './failure.ts';
import { growWorld } from './grow-world.ts';
import { grownBefore } from './start-supervisor.ts';
import { flag, seedOption, textOption, wholeOption, wordOption } from './options.ts';
import { dockerOptions } from './prepare-docker.ts';
import { printJson } from './print.ts';
import { stayWithWorld } from './stay-with-world.ts';
import { nameOn, substrateOption } from './substrate-option.ts';
import { checkWorldName } from './world-name.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { args, options, context } = invocation;
  const on = substrateOption(options);
  const name = checkWorldName(textOption(options, 'name')) ?? nameOn(on);
  const traffic = wordOption(options, 'traffic', ['on', 'off']);
  const overrides = {
    ...given('on', on),
    ...given('name', name),
    ...given('seed', seedOption(options)),
    ...given('cells', wholeOption(options, 'cells', { min: 1, max: 24 })),
    ...given('routers', wholeOption(options, 'routers', { min: 1, max: 8 })),
    ...given('port', wholeOption(options, 'port', { min: 1024, max: 65_535 })),
    ...given('engine', wordOption(options, 'engine', ['auto', 'redis', 'embedded'])),
    ...given('traffic', traffic === null ? null : traffic === 'on'),
  };
  const { name: _, ...shape } = overrides;
  const detach = flag(options, 'detach');
  if (flag(options, 'json') && !detach)
    usage('--json needs --detach here: a world that is watched prints lines, not one object');
  if (!detach && context.isTerminal) await context.checkTheme(null);
  const fresh = flag(options, 'fresh');
  const world = await chooseWorld(args[0] ?? null, overrides, fresh ? null : grownBefore(name ?? 'default'));
  const grown = await growWorld(context, {
    world,
    isSpecific: args.length > 0 || Object.keys(shape).length > 0,
    fresh,
    by: 'cli',
    docker: dockerOptions(options),
  });
  if (!detach) return stayWithWorld(context, grown, { readOnly: false, theme: null });
  grown.world.close();
  if (flag(options, 'json')) printJson(context, grown.status);
  else printSummary(invocation, grown.status, grown.grown);
  return 0;
}

function printSummary({ context }: Invocation, status: Status, grown: boolean): void {
  const { name } = status;
  const suffix = name === 'default' ? '' : ` --name ${name}`;
  const at = status.on === 'virtual' ? '' : ` at ${status.router.url}`;
  context.out(`${grown ? 'grown' : 'joined'}: world ${name}${at}`);
  for (const sentence of foundSentences(status, process.platform)) context.out(sentence);
  context.out(status.headline);
  context.out(`look: petri status${suffix}   hurt: petri kill b${suffix}   end: petri down${suffix}`);
}

function given<Key extends string, Value>(key: Key, value: Value | null): { readonly [K in Key]?: Value } {
  return value === null ? {} : ({ [key]: value } as { readonly [K in Key]: Value });
}
