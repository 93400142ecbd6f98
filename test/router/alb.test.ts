import { Conditions } from '../../cells/runtime/conditions.ts';
import { realRuntime } from '../../cells/runtime/runtime.ts';
import { underConditions } from '../../cells/runtime/under-conditions.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { albDecisions } from '../../router/decisions.ts';
import { serveAlb } from '../../router/alb.ts';
import { pickTask } from '../../router/balance.ts';
import { rawAnswers } from '../support/raw-http.ts';
import { Upstream } from '../support/router-world.ts';
import { eventually } from '../support/until.ts';

let tasks: { one: Upstream; two: Upstream };
let alb: Awaited<ReturnType<typeof serveAlb>>;
let conditions: Conditions;

beforeEach(async () => {
  tasks = {
    one: new Upstream((_seen, response) => void response.end('one')),
    two: new Upstream((_seen, response) => void response.end('two')),
  };
  const targets = { 'a/web/1': await tasks.one.listen(), 'a/web/2': await tasks.two.listen() };
  conditions = new Conditions();
  alb = await serveAlb({
    decisions: albDecisions,
    runtime: underConditions(realRuntime, conditions),
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
      settings: { targets, requestTimeoutMs: 800 },
    },
  });
  await healthy(true, true);
});
afterEach(async () => {
  tasks.one.die();
  tasks.two.die();
  await alb.stop();
});

const healthy = (one: boolean, two: boolean, withinMs = 5000) =>
  eventually(
    `one ${one}, two ${two}`,
    () => {
      const { targets } = alb.alb.status();
      return targets['a/web/1']!.healthy === one && targets['a/web/2']!.healthy === two;
    },
    withinMs,
  );

const send = async (method = 'GET', target = '/x', id = 'r-1') => {
  const lines = `host: petri\r\nx-tenant-id: t01\r\nx-cell-id: a\r\nx-cell-epoch: 3\r\nx-request-id: ${id}\r\nconnection: close\r\n`;
  const answers = await rawAnswers(alb.at, `${method} ${target} HTTP/1.1\r\n${lines}\r\n`);
  return answers[0]!;
};

test('equal tasks take turns, and hear what the router said', async () => {
  const bodies = [];
  for (let at = 0; at < 6; at++) bodies.push((await send()).body);
  expect(bodies.toSorted()).toEqual(['one', 'one', 'one', 'two', 'two', 'two']);
  expect(tasks.one.seen[0]!.headers).toMatchObject({
    'x-tenant-id': 't01',
    'x-cell-id': 'a',
    'x-cell-epoch': '3',
    'x-request-id': 'r-1',
  });
});

test('the task with the least outstanding requests is chosen', async () => {
  tasks.one.answering = () => {};
  const held: Promise<unknown>[] = [];
  await eventually('one request hangs', () => {
    if (alb.alb.status().targets['a/web/1']!.inFlight === 1) return true;
    held.push(send());
    return false;
  });
  const bodies = [(await send()).body, (await send()).body, (await send()).body];
  expect(bodies).toEqual(['two', 'two', 'two']);
  await Promise.all(held);
});

test('picking is by health, then by load, then by turn; the one that failed is left out', () => {
  const [a, b, c] = [
    { healthy: true, inFlight: 1 },
    { healthy: true, inFlight: 1 },
    { healthy: false, inFlight: 0 },
  ];
  expect([0, 1, 2, 3].map((turn) => pickTask([a, b, c], turn, null))).toEqual([a, b, a, a]);
  expect(pickTask([a, b, c], 0, a)).toBe(b);
  expect(pickTask([{ ...a, inFlight: 2 }, b], 0, null)).toBe(b);
  expect(pickTask([a, c], 0, a)).toBeNull();
  expect(pickTask([], 3, null)).toBeNull();
});

test('a dead task is taken out at once, at most what it had in hand is lost, and it comes back', async () => {
  const { port } = tasks.one.endpoint;
  tasks.one.die();
  const statuses = [];
  for (let at = 0; at < 20; at++) statuses.push((await send(at % 2 ? 'POST' : 'GET')).status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  await healthy(false, true, 1000);
  tasks.one = new Upstream((_seen, response) => void response.end('one again'));
  await tasks.one.listen(port);
  await healthy(true, true, 3000);
});

test('a GET whose task dies under it is sent once more; a POST never is', async () => {
  tasks.one.answering = (_seen, _response, socket) => socket.resetAndDestroy();
  tasks.two.answering = tasks.one.answering;
  const read = await send();
  expect(read).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1', 'x-cell-id': 'a', 'x-cell-epoch': '3', 'x-request-id': 'r-1' },
  });
  expect(tasks.one.seen.length + tasks.two.seen.length).toBe(2);
  await healthy(true, true);
  const write = await send('POST');
  expect(write).toMatchObject({ status: 502, headers: { 'x-cell-id': 'a' } });
  expect(write.headers).not.toHaveProperty('retry-after');
  expect(tasks.one.seen.length + tasks.two.seen.length).toBe(3);
});

test('no task: 503 with retry-after, and the router is told by /health', async () => {
  expect((await send('GET', '/health')).status).toBe(200);
  tasks.one.die();
  tasks.two.die();
  await healthy(false, false, 1500);
  expect(await send('PUT')).toMatchObject({ status: 503, headers: { 'retry-after': '1', 'x-cell-id': 'a' } });
  expect((await send('GET', '/health')).status).toBe(503);
});

test('no answer in time is 504', async () => {
  tasks.one.answering = () => {};
  tasks.two.answering = () => {};
  expect(await send('PUT')).toMatchObject({ status: 504, headers: { 'x-cell-id': 'a', 'x-cell-epoch': '3' } });
});

test('targets can be changed while it serves; dead ones in the list cost nobody an answer', async () => {
  const gone = new Upstream(() => {});
  const deadEnd = await gone.listen();
  gone.die();
  alb.alb.setTargets({ 'a/web/2': tasks.two.endpoint, 'a/web/3': deadEnd });
  const bodies = [];
  for (let at = 0; at < 10; at++) bodies.push((await send('PUT')).body);
  expect(new Set(bodies)).toEqual(new Set(['two']));
  expect(Object.keys(alb.alb.status().targets)).toEqual(['a/web/2', 'a/web/3']);
});

test('a share of requests is answered in place of a task, which never sees them, and health is as good as ever', async () => {
  conditions.set([{ kind: 'answers', share: 0.4, status: 503 }]);
  const ids = Array.from({ length: 60 }, (_, index) => `r-${index}`);
  const answers = [];
  for (const id of ids) answers.push(await send('GET', '/x', id));
  const own = answers.filter(({ status }) => status === 503);
  expect(own.length).toBeGreaterThan(12);
  expect(own.length).toBeLessThan(36);
  expect(tasks.one.seen.length + tasks.two.seen.length).toBeGreaterThanOrEqual(answers.length - own.length);
  const seen = [...tasks.one.seen, ...tasks.two.seen].map(({ headers }) => headers['x-request-id']);
  expect(own.filter(({ headers }) => seen.includes(headers['x-request-id']))).toEqual([]);
  expect(own[0]?.headers).toMatchObject({ 'x-cell-id': 'a', 'x-cell-epoch': '3', 'retry-after': '1' });
  expect((await send('GET', '/health')).status).toBe(200);
  conditions.set([{ kind: 'answers', share: 1, status: 500 }]);
  const wrong = await send();
  expect(wrong.status).toBe(500);
  expect(wrong.headers).not.toHaveProperty('retry-after');
  conditions.set([]);
  expect((await send()).status).toBe(200);
});
