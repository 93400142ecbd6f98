import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LiveDriver } from '../scenario/live-driver.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { worldOf } from '../scenario/world-of.ts';
import type { SubstrateName } from '../substrate/substrate.ts';
import type { StateFolder } from '../supervisor/state-folder.ts';
import type { CommandContext } from './context.ts';
import { endWorld } from './end-world.ts';
import { unavailable } from './failure.ts';
import { growWorld } from './grow-world.ts';
import { connectTo } from './live-world.ts';
import type { DockerOptions } from './prepare-docker.ts';
import { lastStart } from './start-file.ts';

/** So much of the end of what a part printed is kept with the run. */
const logBytesMax = 1024 * 1024;

export interface RunWorldRequest {
  readonly scenario: Scenario;
  readonly on: Exclude<SubstrateName, 'virtual'>;
  readonly docker: DockerOptions;
  /** Where what the parts printed is kept, once the world has ended. */
  readonly logs: string;
}

export interface GrownForRun {
  readonly driver: LiveDriver;
  /** The images that it runs, by what they are for; none on processes. */
  readonly images: Readonly<Record<string, string>>;
}

/** A world of its own for one run: grown without traffic, driven by the scenario, and gone with its state at the end. */
export async function growForRun(context: CommandContext, request: RunWorldRequest): Promise<GrownForRun> {
  const { scenario, on, docker, logs } = request;
  const name = `run-${scenario.name.slice(0, 20).replace(/-+$/, '')}-${randomBytes(3).toString('hex')}`;
  const world = { ...worldOf(scenario), on, name, traffic: { ...scenario.world.traffic, on: false } };
  const by = `scenario ${scenario.name}`;
  const grown = await growWorld(context, { world, isSpecific: true, fresh: true, by, docker });
  const { folder } = grown.world;
  const driver = new LiveDriver({
    connection: grown.world,
    world,
    by,
    spool: join(folder.path, 'record'),
    endWorld: async () => {
      keepLogs(folder, logs);
      // The connection of the run may have broken: then the world is asked by another.
      const connection = await connectTo(folder);
      if (!connection) return unavailable(`the world ${name} was lost: petri doctor --fix ends what is left of it`);
      await endWorld(connection);
      rmSync(folder.path, { recursive: true, force: true });
    },
  });
  return { driver, images: imagesOf(folder) };
}

function imagesOf(folder: StateFolder): Readonly<Record<string, string>> {
  const docker = lastStart(folder)?.docker;
  if (!docker) return {};
  return { petri: docker.petriImage, ...(docker.redisImage === null ? {} : { redis: docker.redisImage }) };
}

function keepLogs(folder: StateFolder, logs: string): void {
  mkdirSync(logs, { recursive: true });
  for (const name of readdirSync(folder.logs)) {
    const from = join(folder.logs, name);
    const { size } = statSync(from);
    if (size === 0) continue;
    if (size <= logBytesMax) copyFileSync(from, join(logs, name));
    else writeFileSync(join(logs, name), tailOf(from, size));
  }
}

function tailOf(path: string, size: number): Buffer {
  const bytes = Buffer.alloc(logBytesMax);
  const fd = openSync(path, 'r');
  readSync(fd, bytes, 0, logBytesMax, size - logBytesMax);
  closeSync(fd);
  return bytes;
}
