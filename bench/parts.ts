import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint, PartConfig } from '../cells/runtime/part-config.ts';
import type { DynamodbSettings } from '../cells/dynamodb/contract.ts';
import { mapTables } from '../cells/dynamodb/contract.ts';
import { FramedClient } from '../cells/protocol/client.ts';
import { defaultRouterPolicies, type RouterSettings, type RouterStatus } from '../router/contract.ts';
import type { LinksSettings } from '../sim/links/contract.ts';
import { type Bench, freePort, root } from './frame.ts';
import type { Proxy } from './peers.ts';
import { setTimeout as wait } from 'node:timers/promises';

const token = 'bench';
const here = (port: number): Endpoint => ({ host: '127.0.0.1', port });

/** Runs a built program of Petri's alone, as the process substrate would. */
async function startPart(bench: Bench, program: string, config: Omit<PartConfig, 'world' | 'token' | 'eventsFile'>) {
  const name = config.address.replaceAll('/', '-');
  const file = join(bench.folder, `${name}.json`);
  const whole: PartConfig = { ...config, world: 'bench', token, eventsFile: join(bench.folder, `${name}.ndjson`) };
  writeFileSync(file, JSON.stringify(whole));
  const port = config.listen?.port ?? config.admin?.port ?? 0;
  return bench.start(process.execPath, [join(root, 'dist', `${program}.js`), file], port);
}

/** A router whose one cell is the upstream, with tenant `t01` in its map; it records every request, as in a world. */
export async function startRouter(bench: Bench, upstreamPort: number): Promise<Proxy> {
  const [map, listen, admin] = [await freePort(), await freePort(), await freePort()];
  const seed: DynamodbSettings['seed'] = [
    { table: mapTables.tenants, key: 't01', item: { cell: 'a', epoch: 1, override: null } },
    { table: mapTables.meta, key: 'map', item: { version: 1 } },
  ];
  await startPart(bench, 'dynamodb', {
    address: 'map',
    cell: null,
    listen: here(map),
    admin: null,
    volume: join(bench.folder, 'map'),
    upstreams: {},
    settings: { seed } satisfies DynamodbSettings,
  });
  const settings: RouterSettings = {
    cells: { a: here(upstreamPort) },
    tenantFrom: 'header',
    policies: defaultRouterPolicies,
    requestTimeoutMs: 5000,
  };
  const pid = await startPart(bench, 'router', {
    address: 'router/1',
    cell: null,
    listen: here(listen),
    admin: here(admin),
    volume: join(bench.folder, 'router'),
    upstreams: { map: [here(map)] },
    settings,
  });
  await serving(bench, admin);
  return { name: 'petri router', port: listen, pids: [pid] };
}

/** Resolves once the router has its map and has seen the cell answer. */
async function serving(bench: Bench, adminPort: number): Promise<void> {
  const admin = new FramedClient({ connect: here(adminPort), token, reconnect: true });
  bench.later(() => admin.close());
  for (let attempt = 0; attempt < 200; attempt++) {
    const status = await admin.call<RouterStatus>('status', {}).catch(() => null);
    if (status && status.mapVersion > 0 && status.cells['a']?.health === 'serving') return;
    await wait(50);
  }
  throw new Error('the router does not serve after 10 s');
}

/** One link to a port, in a `links` process of its own. */
export async function startLink(bench: Bench, toPort: number): Promise<Proxy> {
  const [listen, admin] = [await freePort(), await freePort()];
  const settings: LinksSettings = { links: [{ name: 'router->a', listen: here(listen), to: here(toPort) }] };
  const pid = await startPart(bench, 'links', {
    address: 'links/a',
    cell: 'a',
    listen: null,
    admin: here(admin),
    volume: null,
    upstreams: {},
    settings,
  });
  return { name: 'petri link', port: listen, pids: [pid] };
}
