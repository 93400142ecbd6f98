import { besideFile, readFileWith, type Unreadable } from '../world/read-file.ts';
import { parseYamlFile, type Invalid } from '../world/yaml-file.ts';
import type { Scenario } from './scenario.ts';
import { checkScenario } from './schema.ts';

export type ScenarioFileOutcome =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  /** It has nothing that only a scenario has. */
  | { readonly kind: 'world' }
  | Invalid;

/** The keys that only a scenario has. */
const scenarioKeys = ['timeline', 'run', 'expect', 'world', 'steady', 'stop', 'bug'];

/** Reads a scenario from the bytes of a file. Never throws, whatever the bytes are. */
export function parseScenarioFile(bytes: Uint8Array): ScenarioFileOutcome {
  const file = parseYamlFile(bytes, 'scenario');
  if (file.kind === 'invalid') return file;
  if (file.stated.includes('petri') && !file.stated.some((key) => scenarioKeys.includes(key))) return { kind: 'world' };
  const checked = checkScenario(file.data, (path) => file.lineOf(path));
  return checked.ok ? { kind: 'scenario', scenario: checked.scenario } : file.problems(checked.issues);
}

/** Reads a scenario file. */
export async function readScenarioFile(path: string): Promise<ScenarioFileOutcome | Unreadable> {
  const outcome = await readFileWith<ScenarioFileOutcome>(path, parseScenarioFile);
  if (outcome.kind !== 'scenario') return outcome;
  return { ...outcome, scenario: { ...outcome.scenario, world: besideFile(outcome.scenario.world, path) } };
}
