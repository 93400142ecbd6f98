import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Write } from '../../cells/dynamodb/contract.ts';
import { connectFramed, type FramedClient } from '../../cells/protocol/client.ts';
import type { Endpoint, PartConfig } from '../../cells/runtime/part-config.ts';
import { defaultRouterPolicies, type RouterSettings, type RouterStatus } from '../../router/contract.ts';
import {
  freeEndpoints,
  partConfig,
  removeFolder,
  startPart,
  temporaryFolder,
  type PartProcess,
} from '../support/part-process.ts';
import { rawAnswers } from '../support/raw-http.ts';
import { Upstream } from '../support/router-world.ts';
import { eventually } from '../support/until.ts';

/** A bound that the contract states, with room for a machine that does other things. */
const atMost = (ms: number) => ms * 3;

let folder: string;
let web: Upstream;
let routerConfigs: PartConfig<RouterSettings>[];
let albConfig: PartConfig;
let mapConfig: PartConfig;
let alb: PartProcess;
let map: PartProcess;
const routers: PartProcess[] = [];
const admins: FramedClient[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  web = new Upstream((seen, response) => {
    // As a web task: epoch 1 of t02 is stale, it lives on under epoch 2.
    const stale = seen.headers['x-tenant-id'] === 't02' && seen.headers['x-cell-epoch'] === '1';
    response.writeHead(stale ? 421 : 200, { 'x-cell-id': 'a' }).end(seen.headers['x-cell-epoch']);
  });
  const webAt = await web.listen();
  const [albAt, mapAt, ...at] = (await freeEndpoints(6)) as [Endpoint, Endpoint, ...Endpoint[]];
  const tenant = (key: string) => ({ table: 'tenants', key, item: { cell: 'a', epoch: 1, override: null } });
  mapConfig = partConfig(folder, {
    address: 'map',
    cell: null,
    listen: mapAt,
    volume: join(folder, 'map'),
    settings: { seed: [tenant('t01'), tenant('t02'), { table: 'meta', key: 'map', item: { version: 1 } }] },
  });
  albConfig = partConfig(folder, {
    address: 'a/alb',
    listen: albAt,
    settings: { targets: { 'a/web/1': webAt }, requestTimeoutMs: 4000 },
  });
  routerConfigs = [1, 2].map((index) =>
    partConfig<RouterSettings>(folder, {
      address: `router/${index}`,
      cell: null,
      listen: at[index * 2 - 2]!,
      admin: at[index * 2 - 1]!,
      volume: join(folder, `router-${index}`),
      upstreams: { map: [mapAt] },
      settings: { cells: { a: albAt }, tenantFrom: 'header', policies: defaultRouterPolicies, requestTimeoutMs: 5000 },
    }),
  );
  [map, alb] = await Promise.all([
    startPart('cells/dynamodb/main.ts', folder, mapConfig),
    startPart('router/alb-main.ts', folder, albConfig),
  ]);
  routers.push(...(await Promise.all(routerConfigs.map((config) => startPart('router/main.ts', folder, config)))));
  for (const { admin } of routerConfigs) admins.push(await connectFramed({ connect: admin!, token: 'secret' }));
  await eventually(
    'both routers see the cell serve',
    async () => (await health(0)) === 'serving' && (await health(1)) === 'serving',
  );
});

afterAll(async () => {
  for (const admin of admins) admin.close();
  await Promise.all([...routers, alb, map].map((part) => part.kill()));
  web.die();
  removeFolder(folder);
});

const status = (router: number) => admins[router]!.call<RouterStatus>('status', {});
const health = async (router: number) => (await status(router)).cells['a']!.health;
const send = async (router: number, tenant = 't01') => {
  const bytes = `GET /sheets/s/rows/r HTTP/1.1\r\nhost: petri\r\nx-tenant-id: ${tenant}\r\nconnection: close\r\n\r\n`;
  return (await rawAnswers(routerConfigs[router]!.listen!, bytes))[0]!;
};

test('two routers serve side by side from the same map', async () => {
  expect(await Promise.all([send(0), send(1)])).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(await Promise.all([status(0), status(1)])).toMatchObject([
    { mapVersion: 1, mapSource: 'pull', mapReachable: true },
    { mapVersion: 1, mapSource: 'pull', mapReachable: true },
  ]);
  expect(await admins[0]!.call('route', { tenant: 't01' })).toEqual({ kind: 'forward', cell: 'a', epoch: 1 });
});

test('a 421 is sent once more by a fresh map, and stands where the map says the same', async () => {
  expect(await send(0, 't02')).toMatchObject({ status: 421 });
  const writes: Write[] = [
    { op: 'put', table: 'tenants', key: 't02', item: { cell: 'a', epoch: 2, override: null } },
    { op: 'add', table: 'meta', key: 'map', field: 'version', by: 1 },
  ];
  const store = await connectFramed({ connect: mapConfig.listen!, token: 'secret' });
  await store.call('write', { writes });
  store.close();
  expect(await send(0, 't02')).toMatchObject({ status: 200, body: '2' });
});

test('a killed ALB is refused at once, and served again once it is back', async () => {
  const killed = performance.now();
  await alb.kill();
  const refused = await eventually('a refusal', async () => {
    const answer = await send(0);
    return answer.status === 503 && JSON.parse(answer.body).type === 'urn:petri:cell-down' ? performance.now() : null;
  });
  expect(refused - killed).toBeLessThan(atMost(250));
  alb = await startPart('router/alb-main.ts', folder, albConfig);
  await eventually('it serves again', async () => (await send(0)).status === 200);
});

test('a paused ALB accepts and never answers: it is refused within 2 s', async () => {
  await eventually('it serves', async () => (await health(0)) === 'serving');
  const paused = performance.now();
  alb.signal('SIGSTOP');
  try {
    const down = await eventually(
      'it is down',
      async () => ((await health(0)) === 'down' ? performance.now() : null),
      8000,
    );
    expect(down - paused).toBeLessThan(atMost(2000));
    expect(await send(0)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  } finally {
    alb.signal('SIGCONT');
  }
  await eventually('it serves again', async () => (await send(0)).status === 200);
});

test('with the map dead traffic goes on, and a router that starts then serves from its disk', async () => {
  await map.kill();
  await eventually('the router sees it', async () => !(await status(1)).mapReachable);
  expect(await send(1)).toMatchObject({ status: 200 });
  await expect(admins[1]!.call('map.pull', {})).rejects.toMatchObject({ code: 'unavailable' });
  admins[1]!.close();
  await routers[1]!.kill();
  routers[1] = await startPart('router/main.ts', folder, routerConfigs[1]!);
  admins[1] = await connectFramed({ connect: routerConfigs[1]!.admin!, token: 'secret' });
  expect(await status(1)).toMatchObject({ mapSource: 'disk', mapReachable: false });
  await eventually('it serves', async () => (await send(1)).status === 200);
  await admins[1]!.call('policies.set', { ...defaultRouterPolicies, mapFallback: 'refuse' });
  expect(JSON.parse((await send(1)).body)).toMatchObject({ type: 'urn:petri:map-unreachable', status: 503 });
});

test('a stop lets the request at work end, and its records are on disk', async () => {
  web.answering = (_seen, response) => void setTimeout(() => response.end('late'), 300);
  const late = send(0);
  await eventually('it is at work', async () => (await status(0)).cells['a']!.inFlight === 1);
  routers[0]!.signal('SIGTERM');
  expect(await late).toMatchObject({ status: 200, body: 'late' });
  await routers[0]!.exited;
  const lines = readFileSync(routerConfigs[0]!.eventsFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_line, at) => at + 1));
  expect(lines.at(-1)).toMatchObject({ kind: 'request.answered', status: 200, outcome: 'ok' });
  expect(lines.filter(({ resent }) => resent === true)).toMatchObject([{ tenant: 't02', epoch: 2, status: 200 }]);
});
