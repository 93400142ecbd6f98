import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { findEngine, prepareRedis, redisConfigFile, type Engine } from '../../cells/sqs/engine.ts';
import { ProcessSubstrate } from '../substrate/process/process-substrate.ts';
import type { PartSpec } from '../world/part.ts';
import { cellIds } from '../world/population.ts';
import { serviceVolume, unrunnableOn } from '../world/services.ts';
import { processPlaces } from '../world/process-places.ts';
import type { World } from '../world/world.ts';
import { choosePort, type Ground, type GroundInputs } from './ground.ts';
import { PortPool, portsOfWorld } from './port-pool.ts';
import { programPath } from './programs.ts';
import type { StateFolder } from './state-folder.ts';

/** Finds engine and ports, makes the volumes. Starts nothing. */
export async function prepareProcessGround({ world, folder, token, ledger }: GroundInputs): Promise<Ground> {
  const unrunnable = unrunnableOn('process', world.cell.services);
  if (unrunnable !== null) throw new RpcError('unavailable', unrunnable);
  const engine = await chooseEngine(world);
  const routerPort = await choosePort(world.port);
  const ports = new PortPool(token);
  await ports.reserve(portsOfWorld(world));
  const redisArgs = await makeVolumes(world, folder, engine, ports, token);
  const portOf = (name: string) => ports.of(name);
  const places = processPlaces({ folders: folder, portOf, routerPort });
  const substrate = new ProcessSubstrate({
    stateFolder: folder.path,
    token,
    programPath,
    nodePath: process.execPath,
    onSpawn: (address, pid, startTime) => ledger.append({ kind: 'spawned', address, pid, startTime }),
  });
  substrate.onExit(({ address, pid }) => {
    if (pid !== null) ledger.append({ kind: 'gone', address, pid });
  });
  return {
    substrate,
    places,
    routerPort,
    engine:
      engine.kind === 'embedded'
        ? null
        : (cell) => redisRun(engine.executable, redisArgs.get(cell), portOf(`${cell}/sqs`)),
    engineName: world.cell.without.includes('sqs') ? 'none' : nameOf(engine),
    endpointOf: async (name) => places.reach(name),
    reserve: (count) => ports.reserve(count),
    badRelease: () => Promise.reject(new RpcError('usage', 'a process has no image: petri up --on docker')),
    close: async () => {},
    eraseVolumes: async () => {
      rmSync(folder.volumes, { recursive: true, force: true });
      mkdirSync(folder.volumes, { recursive: true, mode: 0o700 });
    },
    wipeVolume: async (volume) => wipeFolder(join(folder.volumes, volume)),
  };
}

/** Returns, by cell, the arguments of its Redis; empty on the embedded engine. */
async function makeVolumes(
  world: World,
  folder: StateFolder,
  engine: Engine,
  ports: PortPool,
  token: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const redisArgs = new Map<string, readonly string[]>();
  for (const cell of cellIds(world.cells)) {
    for (const part of ['aurora', 'dynamodb', 'sqs'] as const) {
      if (!world.cell.without.includes(part)) makeVolume(folder, `${cell}-${part}`);
    }
    if (!world.cell.without.includes('aurora')) makeVolume(folder, `${cell}-files`);
    for (const [name, { volumes }] of Object.entries(world.cell.services)) {
      for (const volume of Object.keys(volumes)) makeVolume(folder, serviceVolume(cell, name, volume));
    }
    if (engine.kind !== 'redis') continue;
    const listen = { host: '127.0.0.1', port: ports.of(`${cell}/sqs`) };
    redisArgs.set(cell, await prepareRedis(listen, join(folder.volumes, `${cell}-sqs`), token));
  }
  makeVolume(folder, 'map');
  for (let index = 1; index <= world.routers; index++) makeVolume(folder, `router-${index}`);
  return redisArgs;
}

function makeVolume(folder: StateFolder, name: string): void {
  mkdirSync(join(folder.volumes, name), { recursive: true, mode: 0o700 });
}

/** What an engine is told lies beside its data, and is not data. */
function wipeFolder(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== redisConfigFile);
  for (const name of readdirSync(folder)) {
    if (name !== redisConfigFile) rmSync(join(folder, name), { recursive: true, force: true });
  }
  return files.length;
}

function redisRun(executable: string, args: readonly string[] = [], port: number): PartSpec['run'] {
  return { program: 'redis', executable, args, ready: { host: '127.0.0.1', port } };
}

function nameOf(engine: Engine): string {
  if (engine.kind === 'embedded') return 'embedded';
  return `${engine.name === 'redis' ? 'Redis' : 'Valkey'} ${engine.version}`;
}

async function chooseEngine({ engine: asked, cell }: World): Promise<Engine> {
  // A cell without a queue needs no engine.
  if (asked === 'embedded' || cell.without.includes('sqs')) return { kind: 'embedded' };
  const engine = await findEngine();
  if (asked === 'redis' && engine.kind === 'embedded') {
    throw new RpcError(
      'unavailable',
      'no redis-server or valkey-server 6.2 or newer is on PATH; install one, or use --engine embedded',
    );
  }
  return engine;
}
