import type { Invocation } from './context.ts';
import { exitCodes, Failure } from './failure.ts';
import { loadWorld } from './choose-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';
import { printProblems, readWorldFile } from '../world/read-file.ts';

export async function run({ args, options, context }: Invocation): Promise<number> {
  const path = args[0]!;
  if (flag(options, 'json')) {
    const outcome = await readWorldFile(path);
    if (outcome.kind === 'invalid') {
      printJson(context, { valid: false, problems: outcome.problems });
      throw new Failure('usage', printProblems(path, outcome.problems).join('\n'));
    }
  }
  const { world } = await loadWorld(path);
  if (flag(options, 'json')) printJson(context, { valid: true, world });
  else
    context.out(
      `${path} is valid: world ${world.name}, ${world.cells} cells, ${world.tenants} tenants, ${world.traffic.rps} req/s`,
    );
  return exitCodes.done;
}
