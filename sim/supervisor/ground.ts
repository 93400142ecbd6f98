import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { findEngine, prepareRedis, type Engine } from '../../cells/sqs/engine.ts';
import { canBind, nextFreePort } from '../substrate/process/free-ports.ts';
import { cellIds } from '../world/population.ts';
import type { World } from '../world/world.ts';
import { PortPool } from './port-pool.ts';
import type { StateFolder } from './state-folder.ts';

/** Ports that a world of the default shape needs per cell, with room to scale. */
const portsPerCell = 40;
const portsBeside = 20;
const defaultPort = 8080;

/** What a world stands on: found and made before any part is started. */
export interface Ground {
  readonly engine: Engine;
  readonly routerPort: number;
  readonly ports: PortPool;
  /** By cell, the arguments of its Redis; empty on the embedded engine. */
  readonly redisArgs: ReadonlyMap<string, readonly string[]>;
}

/** Finds engine and ports, makes the volumes. Rejects `unavailable` where the asked engine or port is not to be had. */
export async function prepareGround(world: World, folder: StateFolder, token: string): Promise<Ground> {
  const engine = await chooseEngine(world.engine);
  const routerPort = await choosePort(world.port);
  const ports = new PortPool(token);
  await ports.reserve(portsBeside + world.cells * portsPerCell);
  const redisArgs = new Map<string, readonly string[]>();
  for (const cell of cellIds(world.cells)) {
    for (const volume of ['aurora', 'dynamodb', 'sqs', 'files']) makeVolume(folder, `${cell}-${volume}`);
    if (engine.kind !== 'redis') continue;
    const listen = { host: '127.0.0.1', port: ports.of(`${cell}/sqs`) };
    redisArgs.set(cell, await prepareRedis(listen, join(folder.volumes, `${cell}-sqs`), token));
  }
  makeVolume(folder, 'map');
  for (let index = 1; index <= world.routers; index++) makeVolume(folder, `router-${index}`);
  return { engine, routerPort, ports, redisArgs };
}

function makeVolume(folder: StateFolder, name: string): void {
  mkdirSync(join(folder.volumes, name), { recursive: true, mode: 0o700 });
}

async function chooseEngine(asked: World['engine']): Promise<Engine> {
  if (asked === 'embedded') return { kind: 'embedded' };
  const engine = await findEngine();
  if (asked === 'redis' && engine.kind === 'embedded') {
    throw new RpcError(
      'unavailable',
      'no redis-server or valkey-server 6.2 or newer is on PATH; install one, or use --engine embedded',
    );
  }
  return engine;
}

async function choosePort(asked: number | null): Promise<number> {
  if (asked === null) return nextFreePort(defaultPort);
  if (await canBind(asked)) return asked;
  throw new RpcError('unavailable', `port ${asked} is taken; choose another with --port, or leave it out`);
}
