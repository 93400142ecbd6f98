import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Status } from '../state/status.ts';
import { isSame } from '../substrate/process/identity.ts';
import { readLedger } from '../supervisor/ledger.ts';
import type { DockerStart } from '../supervisor/start.ts';
import { findWorld, openWorld, type StateFolder } from '../supervisor/state-folder.ts';
import { differences } from '../world/override.ts';
import type { World } from '../world/world.ts';
import type { CommandContext } from './context.ts';
import { unavailable, usage } from './failure.ts';
import { connectTo, type LiveWorld } from './live-world.ts';
import { startGrowthDisplay } from './growth-display.ts';
import { prepareDocker, type DockerOptions } from './prepare-docker.ts';
import { takeStartLock } from './start-lock.ts';
import { lastGrown, startSupervisor, whyItDied } from './start-supervisor.ts';

export interface GrowRequest {
  readonly world: World;
  /** The user said something about its shape: a world of that name that is up, or its volumes, must then agree. */
  readonly isSpecific: boolean;
  /** Begin with empty volumes. */
  readonly fresh: boolean;
  readonly by: string;
  readonly docker: DockerOptions;
  /** Compose has made the world: it is taken over instead of grown. */
  readonly attach?: DockerStart;
}

/** A world that serves, with an open connection to its supervisor. */
export interface GrownWorld {
  readonly world: LiveWorld;
  readonly status: Status;
  /** False where it was up, or somebody else was growing it. */
  readonly grown: boolean;
}

const otherStarterMsMax = 90_000;
const endMsMax = 15_000;

/** Joins the world of that name, or grows it; resolves once it serves. */
export async function growWorld(context: CommandContext, request: GrowRequest): Promise<GrownWorld> {
  const deadline = Date.now() + otherStarterMsMax;
  for (;;) {
    const joined = await join(context, request);
    if (joined) return joined;
    const folder = openWorld(request.world.name);
    const release = takeStartLock(folder);
    if (release) {
      try {
        // Whoever held the lock a moment ago may have finished in between.
        return (await join(context, request)) ?? (await growHere(context, folder, request, release));
      } finally {
        release();
      }
    }
    if (Date.now() > deadline)
      unavailable(`another command has been starting the world ${request.world.name} for too long`);
    await wait(50);
  }
}

/** The world of that name as it is, once it serves; null where it is not up. */
export async function joinWorld(context: CommandContext, name: string): Promise<GrownWorld | null> {
  const folder = findWorld(name);
  const world = folder && (await connectTo(folder));
  return world && { world, status: await untilReady(context, folder, world), grown: false };
}

async function join(context: CommandContext, request: GrowRequest): Promise<GrownWorld | null> {
  const folder = findWorld(request.world.name);
  const world = folder && (await connectTo(folder));
  if (!folder || !world) return null;
  if (await hasEnded(world)) return null;
  const different = request.isSpecific ? differencesFrom(lastGrown(folder), request.world) : [];
  if (different.length > 0 || request.fresh) {
    world.close();
    const why = request.fresh ? 'it has data' : `it differs in ${different.join(', ')}`;
    usage(
      `the world ${folder.name} is up and ${why}: end it first (petri down --name ${folder.name}), or take another --name`,
    );
  }
  return { world, status: await untilReady(context, folder, world), grown: false };
}

/** A world that is being ended is not joined: resolves with true once it is gone. */
async function hasEnded(world: LiveWorld): Promise<boolean> {
  const owner = readLedger(world.folder.ledger).world;
  // One whose connection breaks before it answers was ending too.
  const ending = await world.call('hello', {}).then(
    (hello) => hello.ending,
    () => true,
  );
  if (!ending) return false;
  world.close();
  const deadline = Date.now() + endMsMax;
  while (owner && isSame(owner.pid, owner.startTime)) {
    if (Date.now() > deadline) unavailable(`the world ${world.name} (process ${owner.pid}) does not end: petri doctor`);
    await wait(20);
  }
  return true;
}

async function growHere(
  context: CommandContext,
  folder: StateFolder,
  request: GrowRequest,
  release: () => void,
): Promise<GrownWorld> {
  const { sweepDeadWorld } = await import('../supervisor/orphans.ts');
  const swept = await sweepDeadWorld(folder);
  if (swept.kind === 'alive')
    unavailable(`the world ${folder.name} has a supervisor (process ${swept.pid}) that does not answer: petri doctor`);
  if (swept.kind === 'swept') context.err(`ended what a dead supervisor of ${folder.name} had left behind`);
  const docker = request.attach ?? (await whatItNeeds(context, request));
  if (!request.fresh) checkVolumes(folder, request.world);
  if (request.fresh) for (const path of [folder.volumes, folder.events]) rmSync(path, { recursive: true, force: true });
  if (request.fresh) openWorld(folder.name);
  let child: ChildProcess | null = null;
  const forget = context.onInterrupt(() => endSupervisor(child).finally(release));
  try {
    const { world } = await startSupervisor(folder, { world: request.world, by: request.by, docker }, (spawned) => {
      child = spawned;
    });
    return { world, status: await untilReady(context, folder, world), grown: true };
  } catch (error) {
    await endSupervisor(child);
    await sweepDeadWorld(folder);
    throw error;
  } finally {
    forget();
  }
}

async function whatItNeeds(context: CommandContext, { world, docker }: GrowRequest): Promise<DockerStart | null> {
  return world.on === 'docker' ? prepareDocker(context, world, docker) : null;
}

/** The volumes hold the tenants of the world that was grown on them. */
function checkVolumes(folder: StateFolder, world: World): void {
  const last = lastGrown(folder);
  const changed = differencesFrom(last, world).filter((key) => ['cells', 'tenants'].includes(key));
  if (last === null || changed.length === 0) return;
  usage(
    `the volumes of the world ${folder.name} hold ${last.cells} cells and ${last.tenants} tenants, not ${world.cells} and ${world.tenants}: ` +
      'add --fresh to begin with empty ones, or take another --name',
  );
}

/** What differs; a port that nobody asked for is as good as any. */
function differencesFrom(last: World | null, world: World): readonly string[] {
  if (last === null) return [];
  return differences(last, world).filter((key) => key !== 'port' || world.port !== null);
}

async function untilReady(context: CommandContext, folder: StateFolder, world: LiveWorld): Promise<Status> {
  const display = startGrowthDisplay(context, world);
  try {
    return await world.call('world.ready', {}, null);
  } catch (error) {
    world.close();
    const code = (error as { code?: unknown }).code;
    if (code === 'unknown' || code === 'not-sent') unavailable(whyItDied(folder));
    if (code === 'usage') throw error;
    unavailable(
      `the world ${folder.name} could not be grown: ${headOf((error as Error).message)} (logs: ${folder.logs})`,
    );
  } finally {
    display.end();
  }
}

/** A part that died tells with the end of its log: the line that names the error says enough. */
function headOf(message: string): string {
  const [first = '', ...rest] = message.split('\n').map((line) => line.trim());
  const cause = rest.find((line) => /Error\b/.test(line));
  return cause === undefined ? first : `${first} ${cause}`;
}

/** Its own clean end first: it takes its parts with it. */
async function endSupervisor(child: ChildProcess | null): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const ended = await Promise.race([exited.then(() => true), wait(endMsMax, false)]);
  if (!ended) child.kill('SIGKILL');
}
