import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { nodeFlags } from '../substrate/process/part-environment.ts';
import { programPath } from '../supervisor/programs.ts';
import type { SupervisorStart } from '../supervisor/start.ts';
import { findWorld, type StateFolder } from '../supervisor/state-folder.ts';
import { defaultWorld } from '../world/schema.ts';
import type { World } from '../world/world.ts';
import { safeText } from '../state/safe-text.ts';
import { unavailable } from './failure.ts';
import { connectTo, type LiveWorld } from './live-world.ts';
import { lastStart, startFileOf } from './start-file.ts';

const socketMsMax = 20_000;
/** The supervisor remembers a whole world, and a large one has ten thousand tenants. */
const heapFlag = '--max-old-space-size=1024';

/** A supervisor that was started and answers on its socket; the world may still be growing. */
export interface StartedSupervisor {
  readonly world: LiveWorld;
  readonly process: ChildProcess;
}

/** Starts the supervisor in a session of its own, so that no Ctrl-C and no closed terminal reaches it, and waits for its socket. */
export async function startSupervisor(
  folder: StateFolder,
  start: SupervisorStart,
  onSpawn: (process: ChildProcess) => void,
): Promise<StartedSupervisor> {
  const startFile = startFileOf(folder);
  writeFileSync(startFile, JSON.stringify(start), { mode: 0o600 });
  const log = openSync(logOf(folder), 'w', 0o600);
  const child = spawn(process.execPath, [...nodeFlags('supervisor'), heapFlag, programPath('supervisor'), startFile], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: folder.path,
  });
  closeSync(log);
  onSpawn(child);
  let failure: Error | null = null;
  child.on('error', (error) => {
    failure = error;
  });
  const deadline = Date.now() + socketMsMax;
  for (;;) {
    if (failure !== null || child.exitCode !== null || child.signalCode !== null) unavailable(whyItDied(folder));
    const world = await connectTo(folder, 1000);
    if (world) {
      child.unref();
      return { world, process: child };
    }
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      unavailable(
        `the supervisor of ${folder.name} did not open its socket in ${socketMsMax / 1000} s; see ${logOf(folder)}`,
      );
    }
    await wait(15);
  }
}

/** The world of that name as it was grown last, or null. Its volumes hold that one's data. */
export function grownBefore(name: string): World | null {
  const folder = findWorld(name);
  return folder && lastGrown(folder);
}

export function lastGrown(folder: StateFolder): World | null {
  const start = lastStart(folder);
  // A world of Compose's has its data elsewhere.
  if (start === null || start.docker?.attached) return null;
  // An older version knew less of a world.
  const now = defaultWorld();
  return { ...now, ...start.world, cell: { ...now.cell, ...start.world.cell } };
}

/** What a supervisor that ended said last, as a sentence. */
export function whyItDied(folder: StateFolder): string {
  const lines = readTail(logOf(folder));
  const said = lines.findLast((line) => /^(petri: |\w*Error: )/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return `the world ${folder.name} could not be grown: ${said.replace(/^(petri: |\w*Error: )/, '')} (whole log: ${logOf(folder)})`;
}

function readTail(path: string): readonly string[] {
  try {
    const lines = readFileSync(path, 'utf8')
      .slice(-64 * 1024)
      .split('\n');
    return lines.map((line) => safeText(line, 500).trim()).filter((line) => line !== '');
  } catch {
    return [];
  }
}

function logOf(folder: StateFolder): string {
  return join(folder.path, 'supervisor.log');
}
