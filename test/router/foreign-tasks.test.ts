import { realRuntime } from '../../cells/runtime/runtime.ts';
import { afterEach, expect, test } from 'vitest';
import { albDecisions } from '../../router/decisions.ts';
import { serveAlb } from '../../router/alb.ts';
import type { AlbSettings } from '../../router/contract.ts';
import { rawAnswers } from '../support/raw-http.ts';
import { Upstream } from '../support/router-world.ts';
import { eventually } from '../support/until.ts';

let task: Upstream;
let alb: Awaited<ReturnType<typeof serveAlb>>;

afterEach(async () => {
  task.die();
  await alb.stop();
});

/** A load balancer in front of one task that answers as a stranger does, `unwell` where the path is asked for. */
async function open(foreign: AlbSettings['foreign'], statusOf: (path: string) => number): Promise<void> {
  task = new Upstream((seen, response) => void response.writeHead(statusOf(seen.url)).end('hello'));
  const targets = { 'a/web/1': await task.listen() };
  alb = await serveAlb({
    decisions: albDecisions,
    runtime: realRuntime,
    config: {
      world: 'test',
      address: 'a/alb',
      cell: 'a',
      token: 'secret',
      listen: { host: '127.0.0.1', port: 0 },
      admin: null,
      eventsFile: '',
      volume: null,
      upstreams: {},
      settings: { targets, requestTimeoutMs: 800, ...(foreign ? { foreign } : {}) },
    },
  });
}

const isHealthy = () => alb.alb.status().targets['a/web/1']?.healthy === true;

async function ask() {
  const lines = 'host: petri\r\nx-cell-epoch: 3\r\nx-request-id: r-1\r\nconnection: close\r\n';
  const [answer] = await rawAnswers(alb.at, `GET /x HTTP/1.1\r\n${lines}\r\n`);
  return answer!;
}

test('a stranger says nothing of cells: the load balancer does', async () => {
  await open({ health: '/healthz' }, (path) => (path === '/healthz' ? 204 : 200));
  await eventually('the task is well', isHealthy);
  expect(await ask()).toMatchObject({
    status: 200,
    headers: { 'x-cell-id': 'a', 'x-cell-epoch': '3', 'x-request-id': 'r-1' },
  });
});

test('a stranger without a path of health is well where it speaks HTTP at all', async () => {
  await open({ health: null }, (path) => (path === '/' ? 404 : 200));
  await eventually('the task is well', isHealthy);
  expect((await ask()).status).toBe(200);
});

test('one that answers its path of health badly gets no requests', async () => {
  await open({ health: '/healthz' }, (path) => (path === '/healthz' ? 500 : 200));
  await eventually('it was asked', () => task.seen.length > 1);
  expect(isHealthy()).toBe(false);
  expect(await ask()).toMatchObject({ status: 503, headers: { 'x-cell-id': 'a' } });
});
