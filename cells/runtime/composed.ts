import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OwnDecisions } from './part.ts';

/** The bundle of all replacements, beside the program that runs. */
const bundle = 'bugs.js';

/** What that bundle exports. Throws where it has nothing of that name. */
type Replace = (name: string, of: string, own: unknown) => unknown;

/** The decisions that a program is put together with: its own, or with some of them replaced by the bundle's. */
export async function composed({ of, decisions }: OwnDecisions<unknown>, replace: string | null): Promise<unknown> {
  if (replace === null) return decisions;
  const file = pathToFileURL(join(dirname(process.argv[1] ?? ''), bundle)).href;
  const { plant } = (await import(file)) as { readonly plant: Replace };
  return plant(replace, of, decisions);
}
