import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawAnswers, rawBytes } from '../support/raw-http.ts';
import { startRouterWorld, type RouterWorld } from '../support/router-world.ts';
import { eventually } from '../support/until.ts';

let world: RouterWorld;
beforeAll(async () => {
  world = await startRouterWorld({
    limits: { headMsMax: 300, bodyMsMax: 300, idleMsMax: 600, stallMsMax: 400, lingerMs: 200, connectionsMax: 8 },
  });
});
afterAll(() => world.stop());

const head = 'GET / HTTP/1.1\r\nhost: petri\r\nx-tenant-id: t01\r\n';

test('a head that drips is ended with 408, however busily it drips', async () => {
  const answers = await rawAnswers(world.at, [...head], 20);
  expect(answers.map(({ status }) => status)).toEqual([408]);
});

test('a body that drips is ended with 408 and reaches no cell', async () => {
  const before = world.cells['a']!.seen.length;
  const pieces = [
    'PUT / HTTP/1.1\r\nhost: petri\r\nx-tenant-id: t01\r\ncontent-length: 100\r\n\r\n',
    ...'a'.repeat(60),
  ];
  expect((await rawAnswers(world.at, pieces, 20)).map(({ status }) => status)).toEqual([408]);
  expect(world.cells['a']!.seen.length).toBe(before);
});

test('a connection that says nothing is closed without a word', async () => {
  expect(await rawBytes(world.at, '')).toBe('');
});

test('a kept connection is closed after its last answer, not before its next request', async () => {
  const text = await rawBytes(world.at, [`${head}\r\n`, `${head}\r\n`], 400);
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
});

test('a client that does not take its answer is cut off, and its cell let go', async () => {
  world.cells['a']!.answering = (_request, response) => void response.end(Buffer.alloc(7 * 1024 * 1024));
  const socket = connect(world.at.port, world.at.host);
  socket.on('error', () => {});
  socket.pause();
  socket.write(`${head}\r\n`);
  await eventually('the request is at work', () => world.serving.router.status().cells['a']!.inFlight === 1);
  await eventually('the cell is let go', () => world.serving.router.status().cells['a']!.inFlight === 0, 15_000);
  socket.destroy();
  world.cells['a']!.answering = (_request, response) => void response.end('ok');
});

test('above the most connections the next is refused with 503 and retry-after', async () => {
  const sockets = Array.from({ length: 8 }, () => connect(world.at.port, world.at.host));
  for (const socket of sockets) socket.on('error', () => {}).write('GET /');
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  const [answer] = await rawAnswers(world.at, `${head}\r\n`);
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  for (const socket of sockets) socket.destroy();
  await eventually('there is room again', async () => {
    const answers = await rawAnswers(world.at, `${head}connection: close\r\n\r\n`);
    return answers[0]?.status === 200;
  });
});

test('five hundred slow clients at once: each is ended in its time, and whoever is quick is served meanwhile', async () => {
  const crowded = await startRouterWorld({
    limits: { headMsMax: 1500, bodyMsMax: 1500, idleMsMax: 1500, stallMsMax: 1500, lingerMs: 200, connectionsMax: 600 },
  });
  const ways: readonly (readonly [first: string, drip: string])[] = [
    ['', ''],
    ['GET / HTTP/1.1\r\n', ''],
    [head, 'x'],
    ['PUT / HTTP/1.1\r\nhost: petri\r\nx-tenant-id: t01\r\ncontent-length: 100\r\n\r\n', 'x'],
    ['PUT / HTTP/1.1\r\nhost: petri\r\nx-tenant-id: t01\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
  ];
  const ends: Promise<void>[] = [];
  const startedMs = performance.now();
  for (let client = 0; client < 500; client++) {
    const [first, drip] = ways[client % ways.length]!;
    const socket = connect(crowded.at.port, crowded.at.host);
    socket.on('error', () => {});
    socket.on('connect', () => socket.write(first));
    socket.resume();
    const timer = setInterval(() => drip !== '' && socket.writable && socket.write(drip), 100);
    ends.push(
      new Promise((resolve) =>
        socket.on('close', () => {
          clearInterval(timer);
          resolve();
        }),
      ),
    );
  }
  const quickMs: number[] = [];
  let gone = false;
  void Promise.all(ends).then(() => (gone = true));
  while (!gone) {
    const sinceMs = performance.now();
    const answers = await rawAnswers(crowded.at, `${head}connection: close\r\n\r\n`);
    expect(answers[0]?.status).toBe(200);
    quickMs.push(performance.now() - sinceMs);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await crowded.stop();
  expect(quickMs.length).toBeGreaterThan(3);
  expect(Math.max(...quickMs)).toBeLessThan(3000);
});
