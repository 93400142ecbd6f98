import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { faultKinds } from '../faults/catalogue.ts';
import { readScenarioFile } from '../scenario/scenario-file.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { SubstrateName } from '../substrate/substrate.ts';
import { parsePolicy, type PolicyName } from '../world/policies.ts';
import { printProblems } from '../world/read-file.ts';
import { unrunnableOn } from '../world/services.ts';
import { usage } from './failure.ts';

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** The file that it was read from. */
  readonly file: string;
}

/** Reads a scenario: a file, or the one that a recorded run holds (its folder, its packed file, `last`). Ends the command where it cannot. */
export async function loadScenario(asked: string): Promise<LoadedScenario> {
  const facts = statSync(asked, { throwIfNoEntry: false });
  if (facts?.isFile() && !isGzip(asked)) return read(asked);
  if (asked !== 'last' && !facts) return usage(`there is no scenario file and no recorded run ${asked}`);
  const { openRun } = await import('../runs/read-run.ts');
  const { folder } = await openRun(asked);
  return read(join(folder, 'scenario.yaml'));
}

/** As a packed run is, and no file that a person wrote. */
function isGzip(path: string): boolean {
  const head = Buffer.alloc(2);
  const fd = openSync(path, 'r');
  readSync(fd, head, 0, 2, 0);
  closeSync(fd);
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function read(file: string): Promise<LoadedScenario> {
  const outcome = await readScenarioFile(file);
  switch (outcome.kind) {
    case 'scenario':
      return { scenario: outcome.scenario, file };
    case 'unreadable':
      return usage(outcome.message);
    case 'invalid':
      return usage(printProblems(file, outcome.problems).join('\n'));
    case 'world':
      return usage(`${file} is a world, not a scenario: petri up ${file} grows it; a scenario says world: and run:`);
  }
}

/** What the command line changes about a scenario. */
export interface ScenarioOverrides {
  readonly seed: number | null;
  readonly bug: string | null;
  /** `fence=off` */
  readonly policies: readonly string[];
}

export function overrideScenario(scenario: Scenario, { seed, bug, policies }: ScenarioOverrides): Scenario {
  const set = policies.map(parseAssignment);
  const world = {
    ...scenario.world,
    seed: seed ?? scenario.world.seed,
    policies: { ...scenario.world.policies, ...Object.fromEntries(set.map(({ name, value }) => [name, value])) },
  };
  return { ...scenario, world, seed: seed ?? scenario.seed, bug: bug ?? scenario.bug };
}

/** Ends the command where the world cannot stand on that, or a fault of the timeline does not exist there. */
export function checkSubstrate({ timeline, world }: Scenario, file: string, on: SubstrateName): void {
  const unrunnable = unrunnableOn(on, world.cell.services);
  if (unrunnable !== null) usage(unrunnable);
  const problems = timeline.flatMap(({ step, line }) => {
    const kind = step.kind === 'fault' ? faultKinds.find((each) => each.kind === step.fault) : undefined;
    if (!kind?.on || kind.on.includes(on)) return [];
    return [`${file}:${line} ${kind.kind} exists only on ${kind.on.join(' and ')}, and this run is on ${on}`];
  });
  if (problems.length > 0) usage(problems.join('\n'));
}

function parseAssignment(text: string): { readonly name: PolicyName; readonly value: string } {
  const at = text.indexOf('=');
  if (at < 1) return usage(`--set ${text} must be POLICY=VALUE, such as --set fence=off`);
  const parsed = parsePolicy(text.slice(0, at), text.slice(at + 1));
  return parsed.ok ? parsed.value : usage(`--set ${text}: ${parsed.error}`);
}
