import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

const sourceFolders = ['cells', 'router', 'sim', 'tui'];
const alsoDecide = ['package.json', 'package-lock.json', 'scripts/build.mjs', 'scripts/programs.mjs'];

export const dist = join(root, 'dist');
export const stampFile = join(dist, '.stamp');

/** Every file below a folder, in an order of its own: the same sources give the same list on every machine. */
function sources(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? sources(path) : [path];
  });
}

/** Names a build: equal sources, dependencies and major version of Node give equal names. */
export function stampOf(nodeVersion) {
  const hash = createHash('sha256');
  hash.update(nodeVersion.split('.')[0]);
  for (const path of [...sourceFolders.flatMap(sources), ...alsoDecide]) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

/** @returns {'not built yet' | 'the sources have changed' | null} */
export function whyBuild(stamp) {
  if (!existsSync(stampFile)) return 'not built yet';
  return readFileSync(stampFile, 'utf8') === stamp ? null : 'the sources have changed';
}

/** Runs the bundler with the Node that will run the programs. Its own output goes through. */
export function build(executable, stamp) {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, [join(root, 'scripts', 'build.mjs'), '--stamp', stamp], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`The build ended with ${signal ?? code}; what it said stands above.`));
    });
  });
}
