import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../sim/state/status.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { openBox } from './arena.ts';

let box: PetriBox;
let first: Status;

beforeAll(async () => {
  box = await openBox();
  first = await box.up('--traffic', 'off', '--routers', '2');
});
afterAll(() => box.close());

function ask(status: Status, tenant: string, method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { 'x-tenant-id': tenant, 'content-type': 'application/json' };
  return fetch(`${status.router.url}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
}

test('status has what scripts rely on', () => {
  expect(first).toMatchObject({
    world: 'default',
    on: 'process',
    name: 'default',
    supervisor: { pid: expect.any(Number) },
  });
  expect(first.router).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    mapVersion: expect.any(Number),
    tenantFrom: 'header',
  });
  expect(first.cells.map(({ id, state, health, tenants }) => ({ id, state, health, tenants }))).toEqual(
    ['a', 'b', 'c'].map((id) => ({ id, state: 'active', health: 'serving', tenants: 20 })),
  );
  const kinds = first.cells[0]?.components.map(({ address }) => address).sort();
  expect(kinds).toEqual(
    ['a/alb', 'a/aurora/1', 'a/aurora/2', 'a/dynamodb', 'a/sqs', 'a/web/1', 'a/web/2', 'a/worker/1'].sort(),
  );
  expect(first.components.map(({ address }) => address)).toEqual(
    expect.arrayContaining(['control', 'links/a', 'links/b', 'links/c', 'map', 'router/1', 'router/2']),
  );
});

test('a second up of the same name joins; one that asks for something else is refused', async () => {
  const joined = await box.up();
  expect(joined.supervisor.pid).toBe(first.supervisor.pid);
  const refused = await box.run('up', '--cells', '5', '--detach');
  expect(refused.code).toBe(64);
  expect(refused.err).toContain('default');
});

test('one of two routers dies: the other serves on', async () => {
  const said = await box.run('kill', 'router/2');
  expect(said.code).toBe(0);
  expect((await ask(first, 't01', 'PUT', '/sheets/r/rows/r', { value: 1 })).status).toBe(200);
  expect((await box.run('restart', 'router/2')).code).toBe(0);
});

test('a large job starts an XL worker, which goes when there is nothing left', async () => {
  const answer = await ask(first, 't21', 'POST', '/jobs', { kind: 'recalc', sheet: 'big', units: 20_000 });
  expect(await answer.json()).toMatchObject({ queue: 'xl' });
  const xl = (status: Status) => status.cells[1]?.components.find(({ kind }) => kind === 'xl');
  await eventually('an XL worker runs', async () => xl(await box.status())?.state === 'running');
  const gone = async () => (xl(await box.status())?.state ?? 'stopped') === 'stopped';
  await eventually('it is scaled to zero again', gone, 40_000);
});

test('a service is scaled up and down', async () => {
  const web = (status: Status) =>
    status.cells[2]?.components.filter(({ kind, state }) => kind === 'web' && state === 'running').length;
  expect((await box.run('scale', 'c', 'web', '4')).code).toBe(0);
  await eventually('four web tasks run', async () => web(await box.status()) === 4);
  expect((await box.run('scale', 'c', 'web', '2')).code).toBe(0);
  await eventually('two web tasks run', async () => web(await box.status()) === 2);
  expect((await ask(first, 't41', 'PUT', '/sheets/r/rows/r', { value: 1 })).status).toBe(200);
});

test('what was written is there after down and up; reset empties it; a taken port changes only the number', async () => {
  expect((await ask(first, 't21', 'PUT', '/sheets/kept/rows/r', { value: 'kept' })).status).toBe(200);
  expect((await box.run('down')).code).toBe(0);
  const port = Number(new URL(first.router.url).port);
  const stranger = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  const again = await box.up('--traffic', 'off');
  expect(again.router.url).not.toBe(first.router.url);
  expect(await (await ask(again, 't21', 'GET', '/sheets/kept/rows/r')).json()).toMatchObject({ value: 'kept' });
  const asked = await box.run('up', '--name', 'other', '--port', String(port), '--detach');
  expect(asked.code).toBe(69);
  expect(asked.err).toContain(String(port));
  stranger.close();
  const since = Date.now();
  expect((await box.run('reset')).code).toBe(0);
  expect(Date.now() - since).toBeLessThan(30_000);
  expect((await ask(await box.status(), 't21', 'GET', '/sheets/kept/rows/r')).status).toBe(404);
});
