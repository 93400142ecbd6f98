import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { overrideWorld, type WorldOverrides } from '../world/override.ts';
import { quote } from '../world/quantities.ts';
import { printProblems, readWorldFile } from '../world/read-file.ts';
import { defaultWorld } from '../world/schema.ts';
import { didYouMean } from '../world/suggest.ts';
import type { World } from '../world/world.ts';
import { usage } from './failure.ts';

/**
 * The world that `up` was asked for, with what the flags change: a file, or one that Petri ships; without either the one that
 * was grown under that name before (its volumes hold that one's data), else the default one.
 */
export async function chooseWorld(
  asked: string | null,
  overrides: WorldOverrides,
  before: World | null,
): Promise<World> {
  const { world, statesTenants } = asked === null ? startingPoint(before, overrides) : await loadWorld(pathOf(asked));
  const chosen = overrideWorld(world, statesTenants, overrides);
  if (!chosen.ok) usage(chosen.error);
  return chosen.value;
}

function startingPoint(
  before: World | null,
  overrides: WorldOverrides,
): {
  readonly world: World;
  readonly statesTenants: boolean;
} {
  if (before === null) return { world: defaultWorld(), statesTenants: false };
  return { world: before, statesTenants: overrides.cells === undefined || overrides.cells === before.cells };
}

/** Reads a world file, or ends the command with everything that is wrong with it. */
export async function loadWorld(path: string): Promise<{ readonly world: World; readonly statesTenants: boolean }> {
  const outcome = await readWorldFile(path);
  switch (outcome.kind) {
    case 'world':
      return { world: outcome.world, statesTenants: outcome.stated.includes('tenants') };
    case 'unreadable':
      return usage(outcome.message);
    case 'invalid':
      return usage(printProblems(path, outcome.problems).join('\n'));
    case 'scenario':
      return usage(`${path} is a scenario (it has ${outcome.key}:), not a world: petri run ${path} runs it`);
  }
}

/** `petri up small` is a world that Petri ships, unless it looks like a path. */
function pathOf(asked: string): string {
  if (asked.includes('/') || /\.ya?ml$/.test(asked) || existsSync(asked)) return asked;
  const folder = shippedWorlds();
  const shipped = folder === null ? [] : readdirSync(folder).map((file) => basename(file, '.yaml'));
  if (folder !== null && shipped.includes(asked)) return join(folder, `${asked}.yaml`);
  return usage(
    `there is no world file ${quote(asked)}${didYouMean(asked, shipped)}; give the path of one, or one of ${shipped.join(', ')}`,
  );
}

/** `fixtures/worlds` of the clone, from the source or from dist/. */
function shippedWorlds(): string | null {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = ['..', '../..', '../../..'].map((up) => join(here, up, 'fixtures', 'worlds'));
  return candidates.find((folder) => existsSync(folder)) ?? null;
}
