import type { CommandContext, Invocation } from './context.ts';
import { exitCodes, Failure, usage } from './failure.ts';
import { loadWorld } from './choose-world.ts';
import { flag } from './options.ts';
import { checkBug } from './planted-bugs.ts';
import { printJson, span } from './print.ts';
import { printProblems, readWorldFile } from '../world/read-file.ts';
import type { Problem } from '../world/yaml-file.ts';
import { readScenarioFile } from '../scenario/scenario-file.ts';

/** Checks a world file or a scenario file: whichever it is by its keys. */
export async function run({ args, options, context }: Invocation): Promise<number> {
  const path = args[0]!;
  const json = flag(options, 'json');
  const outcome = await readWorldFile(path);
  if (outcome.kind === 'scenario') return validateScenario(path, context, json);
  if (outcome.kind === 'invalid') refuse(path, outcome.problems, context, json);
  const { world } = await loadWorld(path);
  if (json) printJson(context, { valid: true, world });
  else
    context.out(
      `${path} is valid: world ${world.name}, ${world.cells} cells, ${world.tenants} tenants, ${world.traffic.rps} req/s`,
    );
  return exitCodes.done;
}

async function validateScenario(path: string, context: CommandContext, json: boolean): Promise<number> {
  const outcome = await readScenarioFile(path);
  if (outcome.kind === 'invalid') refuse(path, outcome.problems, context, json);
  if (outcome.kind !== 'scenario') return usage(`${path} cannot be read as a scenario`);
  const { scenario } = outcome;
  await checkBug(scenario.bug);
  if (json) printJson(context, { valid: true, scenario });
  else {
    const steps = `${scenario.timeline.length} ${scenario.timeline.length === 1 ? 'step' : 'steps'}`;
    context.out(
      `${path} is valid: scenario ${scenario.name}, ${scenario.world.cells} cells, ${steps}, ${span(scenario.runMs)}`,
    );
  }
  return exitCodes.done;
}

function refuse(path: string, problems: readonly Problem[], context: CommandContext, json: boolean): never {
  if (json) printJson(context, { valid: false, problems });
  throw new Failure('usage', printProblems(path, problems).join('\n'));
}
