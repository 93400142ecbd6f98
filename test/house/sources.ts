import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** Paths below a folder of the repository, relative to its root, with `/` between. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

export const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** The files of the house that a file imports, other than for their types alone. `import()` counts. */
export function importsOf(path: string): readonly string[] {
  const statements = textOf(path).matchAll(
    /^(?:import|export)\s(?!type\s)[^'"]*?['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/gm,
  );
  return [...statements].map((match) =>
    relative(root, join(root, dirname(path), match[1] ?? match[2]!)).replaceAll('\\', '/'),
  );
}
