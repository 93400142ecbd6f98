import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { npm } from './npm.mjs';
import { Unavailable } from './unavailable.mjs';

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * Why the dependencies must be installed, or null where they are all there.
 *
 * npm writes `node_modules/.package-lock.json` last of all, so an install that was interrupted never looks whole, and one
 * that somebody else made (`npm ci --ignore-scripts`) is taken as it is. A full install also serves `start`.
 * @param {boolean} withTests whether the development dependencies are wanted too
 */
export function whatIsMissing(withTests) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (!wanted)
    throw new Unavailable(
      'package-lock.json is missing or unreadable: restore it with `git checkout package-lock.json`.',
    );
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return 'not installed yet';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional || entry.devOptional) continue;
    if (entry.dev && !withTests) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (!installed[path] || !existsSync(join(root, path))) return `${name} is missing`;
    if (installed[path].version !== entry.version) return `${name} is ${installed[path].version}, not ${entry.version}`;
  }
  return null;
}

/** Installs exactly what package-lock.json names, and runs no package's script. */
export async function installDependencies(withTests) {
  const done = await npm(['ci', ...(withTests ? ['--include=dev'] : ['--omit=dev'])], root);
  if (!done.ok) {
    throw new Unavailable(`The dependencies could not be installed (${done.reason}): go online once and run it again.`);
  }
}
