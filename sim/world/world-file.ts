import { checkWorld } from './schema.ts';
import type { World } from './world.ts';
import { parseYamlFile, type Invalid } from './yaml-file.ts';

export type WorldFileOutcome =
  | {
      readonly kind: 'world';
      readonly world: World;
      /** The keys that the file itself states, at its top level. */ readonly stated: readonly string[];
    }
  /** It has a scenario's sections. */
  | { readonly kind: 'scenario'; readonly key: string }
  | Invalid;

/** The keys that only a scenario has. */
const scenarioKeys = ['timeline', 'run', 'expect', 'world'] as const;

/** Reads a world from the bytes of a file. Never throws, whatever the bytes are. */
export function parseWorldFile(bytes: Uint8Array): WorldFileOutcome {
  const file = parseYamlFile(bytes, 'world');
  if (file.kind === 'invalid') return file;
  const scenarioKey = scenarioKeys.find((key) => file.stated.includes(key));
  if (scenarioKey !== undefined) return { kind: 'scenario', key: scenarioKey };
  const checked = checkWorld(file.data);
  return checked.ok ? { kind: 'world', world: checked.world, stated: file.stated } : file.problems(checked.issues);
}
