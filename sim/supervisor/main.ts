/** The supervisor's program: owns one world from its growth to its end. Its one argument is the path of a {@link SupervisorStart}. */
import { readFileSync } from 'node:fs';
import { lifeOf, projectOf } from '../substrate/docker/names.ts';
import { startTimeOf } from '../substrate/process/identity.ts';
import { programPath } from './programs.ts';
import { sweepDeadWorld } from './orphans.ts';
import { startReaper } from './reaper.ts';
import { openWorld, type StateFolder } from './state-folder.ts';
import { Ledger, type DockerWorld } from './ledger.ts';
import { newToken } from './live-world.ts';
import type { SupervisorStart } from './start.ts';
import { Owner, type OwnerOptions } from './owner.ts';

const start = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as SupervisorStart;
process.title = `petri ${start.world.name} supervisor`;

try {
  await own(start);
} catch (error) {
  // The last line of the log is the reason that the command line shows.
  console.error(error instanceof Error ? error.message : error);
  process.exit(69);
}

function dockerWorld({ docker }: SupervisorStart, folder: StateFolder, token: string): DockerWorld | null {
  if (docker === null) return null;
  const project = docker.attached?.project ?? projectOf(folder.name, folder.path);
  return { project, life: lifeOf(token), allowRemote: docker.allowRemote };
}

/** What a world in virtual time needs is loaded only for one. */
async function ownerOf(start: SupervisorStart, options: Omit<OwnerOptions, 'start'>) {
  if (start.world.on !== 'virtual') return new Owner({ start, ...options });
  const { ownVirtualWorld } = await import('../virtual/own-virtual-world.ts');
  return ownVirtualWorld(start.world, options.folder);
}

async function own(start: SupervisorStart): Promise<void> {
  const folder = openWorld(start.world.name);
  await sweepDeadWorld(folder);
  const token = start.docker?.attached?.token ?? newToken();
  const ledger = Ledger.begin(folder.ledger, {
    kind: 'world',
    token,
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    at: Date.now(),
    docker: dockerWorld(start, folder, token),
  });
  const reaper = startReaper({
    nodePath: process.execPath,
    programPath: programPath('reaper'),
    worldName: folder.name,
  });
  const owner = await ownerOf(start, { folder, ledger, token });

  let ending = false;
  const end = async (code: number) => {
    if (ending) return;
    ending = true;
    await owner.end().catch((error: unknown) => console.error(error));
    ledger.append({ kind: 'ended', token, at: Date.now() });
    reaper.end();
    process.exit(code);
  };
  process.on('SIGTERM', () => void end(0));
  process.on('SIGINT', () => void end(0));
  process.on('SIGHUP', () => {}); // The terminal that grew the world may close: the world stays until `petri down`.
  process.on('uncaughtException', (error) => {
    console.error(error);
    void end(70);
  });
  owner.onEnd = () => void end(0);
  owner.onLost = (why) => {
    console.error(why);
    void end(0);
  };

  try {
    await reaper.ready;
    await owner.run();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    await end(69);
  }
}
