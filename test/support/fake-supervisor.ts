/**
 * Stands in for a supervisor in tests that kill one: opens a world, begins its ledger, starts diary parts (the last one
 * frozen), a reaper when asked, says so on standard output, and waits to be killed.
 * node fake-supervisor.ts NAME COUNT reaper|no-reaper [listed|unlisted] [IMAGE]
 * With an image the parts are containers of it, and no pids are told.
 */
import { join } from 'node:path';
import { freePorts } from '../../sim/substrate/process/free-ports.ts';
import { startTimeOf } from '../../sim/substrate/process/identity.ts';
import { connectEngine } from '../../sim/substrate/docker/engine.ts';
import { lifeOf, projectOf } from '../../sim/substrate/docker/names.ts';
import { ProcessSubstrate } from '../../sim/substrate/process/process-substrate.ts';
import type { Substrate } from '../../sim/substrate/substrate.ts';
import { Ledger, type WorldEntry } from '../../sim/supervisor/ledger.ts';
import { startReaper } from '../../sim/supervisor/reaper.ts';
import { openWorld, StateFolderError } from '../../sim/supervisor/state-folder.ts';
import { diaryPart } from './diary-world.ts';
import { diaryContainer, makeDockerWorld } from './docker.ts';

const [name = '', count = '1', withReaper, unlisted, image] = process.argv.slice(2);
const folder = openWorld(name);
const token = `test-${name}-${process.pid}-${Date.now().toString(36)}`;
const ledger = beginOrLeave(folder.ledger, {
  kind: 'world',
  token,
  pid: process.pid,
  startTime: startTimeOf(process.pid) ?? '',
  at: Date.now(),
  docker: image ? { project: projectOf(name, folder.path), life: lifeOf(token), allowRemote: false } : null,
});
const root = join(import.meta.dirname, '../..');
const reaper =
  withReaper === 'reaper'
    ? startReaper({
        nodePath: process.execPath,
        programPath: join(root, 'sim/supervisor/reaper-main.ts'),
        worldName: name,
      })
    : null;
await reaper?.ready;
const pids: number[] = [];
const substrate = image ? await onDocker(image) : onProcesses();
const ports = await freePorts(Number(count), `${name}-${process.pid}`);
const parts = ports.map((port, index) => {
  const address = `a/web/${index + 1}`;
  return image ? diaryContainer(address) : diaryPart(folder.path, token, address, port, {});
});
await Promise.all(parts.map((part) => substrate.start(part)));
await substrate.pause(`a/web/${count}`);
console.log(JSON.stringify({ token, pids, reaper: reaper?.pid() ?? null }));
setInterval(() => {}, 60_000);

async function onDocker(petriImage: string): Promise<Substrate> {
  const { client } = await connectEngine();
  const world = await makeDockerWorld(client, petriImage, { folder: folder.path, world: name, life: lifeOf(token) });
  return world.substrate;
}

function onProcesses(): Substrate {
  return new ProcessSubstrate({
    stateFolder: folder.path,
    token,
    programPath: () => join(root, 'test/sim/substrate/diary-part.ts'),
    nodePath: process.execPath,
    onSpawn(address, pid, startTime) {
      pids.push(pid);
      if (unlisted !== 'unlisted') ledger.append({ kind: 'spawned', address, pid, startTime });
    },
  });
}

/** Another one owns the world: says nothing on standard output and leaves. */
function beginOrLeave(path: string, world: WorldEntry): Ledger {
  try {
    return Ledger.begin(path, world);
  } catch (error) {
    if (error instanceof StateFolderError) process.exit(69);
    throw error;
  }
}
