import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { parseAnswers, rawAnswers } from '../support/raw-http.ts';
import { startRouterWorld, type RouterWorld, type RouterWorldOptions } from '../support/router-world.ts';
import { eventually } from '../support/until.ts';

let world: RouterWorld;
afterEach(() => world.stop());

const request = (tenant: string, method = 'GET', target = '/sheets/s/rows/r') =>
  `${method} ${target} HTTP/1.1\r\nhost: petri\r\nx-tenant-id: ${tenant}\r\nconnection: close\r\n\r\n`;

async function grow(options: RouterWorldOptions = {}) {
  world = await startRouterWorld(options);
  const { a, b } = world.cells as { a: RouterWorld['cells'][string]; b: RouterWorld['cells'][string] };
  return { a, b, at: world.at };
}

test('an answer comes back whole, and is recorded', async () => {
  const { a, at } = await grow();
  a.answering = (_seen, response) => {
    response.writeHead(202, {
      location: '/jobs/j-1',
      etag: '"1-ab"',
      'x-cell-id': 'a',
      connection: 'x-inner',
      'x-inner': '1',
    });
    response.end('{"id":"j-1"}');
  };
  const [answer] = await rawAnswers(at, request('t01', 'POST', '/jobs'));
  expect(answer).toMatchObject({
    status: 202,
    body: '{"id":"j-1"}',
    headers: { location: '/jobs/j-1', 'x-cell-id': 'a' },
  });
  expect(answer!.headers).not.toHaveProperty('x-inner');
  expect(world.answered()).toEqual([
    {
      kind: 'request.answered',
      request: answer!.headers['x-request-id'],
      tenant: 't01',
      method: 'POST',
      path: '/jobs',
      key: null,
      cell: 'a',
      epoch: 3,
      status: 202,
      outcome: 'ok',
      error: false,
      handed: true,
      resent: false,
      sentT: expect.any(Number) as number,
      latencyMs: expect.any(Number) as number,
      reason: null,
      etag: '"1-ab"',
      job: 'j-1',
    },
  ]);
});

test('a chunked answer in pieces, a large one, none at all', async () => {
  const { a, at } = await grow();
  const large = 'x'.repeat(3 * 1024 * 1024);
  a.answering = (seen, response) => {
    if (seen.url === '/none') return void response.writeHead(204).end();
    if (seen.url === '/large') return void response.writeHead(200, { 'content-length': large.length }).end(large);
    response.write('one ');
    setTimeout(() => response.write('two '), 20);
    setTimeout(() => response.end('three'), 40);
  };
  const keep = (target: string, method = 'GET') => request('t01', method, target).replace('connection: close\r\n', '');
  const answers = await rawAnswers(
    at,
    keep('/pieces') + keep('/large') + keep('/none') + request('t01', 'GET', '/pieces'),
  );
  expect(answers.map(({ status, body }) => [status, body.length])).toEqual([
    [200, 13],
    [200, large.length],
    [204, 0],
    [200, 13],
  ]);
  expect(answers[3]!.body).toBe('one two three');
  const [head] = parseAnswersOfHead(await rawText(at, request('t01', 'HEAD', '/large')));
  expect(head).toMatchObject({ status: 200, headers: { 'content-length': String(large.length) } });
  const old = await rawText(at, request('t01', 'GET', '/pieces').replace('HTTP/1.1', 'HTTP/1.0'));
  expect(old.split('\r\n\r\n')[1]).toBe('one two three');
});

async function rawText(at: RouterWorld['at'], bytes: string): Promise<string> {
  const { rawBytes } = await import('../support/raw-http.ts');
  return rawBytes(at, bytes);
}

function parseAnswersOfHead(text: string) {
  return parseAnswers(
    text
      .replace(/content-length: (\d+)/, 'content-length: $1\r\ntransfer-encoding: none')
      .replace(/\r\n\r\n$/, '\r\n\r\n'),
  );
}

test('502 when the connection broke after handing over; a write may have taken effect', async () => {
  const { a, at } = await grow();
  a.answering = (_seen, _response, socket) => socket.resetAndDestroy();
  const [answer] = await rawAnswers(at, request('t01', 'PUT'));
  expect(answer).toMatchObject({ status: 502, headers: { 'x-cell-id': 'a', 'x-cell-epoch': '3' } });
  expect(answer!.headers).not.toHaveProperty('retry-after');
  expect(world.answered()).toMatchObject([
    { status: 502, outcome: 'unknown', error: true, handed: true, reason: 'connection-broke' },
  ]);
  expect(world.serving.router.status().cells['a']).toMatchObject({ health: 'serving', inFlight: 0 });
});

test('502 when the answer is none, and 502 of the cell is passed as it is', async () => {
  const { a, at } = await grow();
  a.answering = (_seen, _response, socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n');
  expect((await rawAnswers(at, request('t01')))[0]).toMatchObject({ status: 502 });
  a.answering = (_seen, response) => response.writeHead(503, { 'retry-after': '1' }).end('no task');
  expect((await rawAnswers(at, request('t01')))[0]).toMatchObject({
    status: 503,
    body: 'no task',
    headers: { 'retry-after': '1' },
  });
  expect(world.answered()[1]).toMatchObject({ outcome: 'refused', error: true, handed: true });
  expect(world.serving.router.status().cells['a']!.health).toBe('serving');
});

test('an answer that is cut off is cut off for the client, and is no success', async () => {
  const { a, at } = await grow();
  a.answering = (_seen, response, socket) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half');
    setTimeout(() => socket.resetAndDestroy(), 30);
  };
  expect((await rawText(at, request('t01'))).endsWith('half')).toBe(true);
  expect(world.answered()).toMatchObject([{ status: 502, outcome: 'unknown', reason: 'answer-cut-off' }]);
});

test('504 when no answer comes in time, 499 when the client leaves; neither keeps the cell busy', async () => {
  const { a, at } = await grow({ requestTimeoutMs: 300 });
  a.answering = () => {};
  expect((await rawAnswers(at, request('t01', 'PUT')))[0]).toMatchObject({ status: 504 });
  expect(world.answered()).toMatchObject([{ status: 504, outcome: 'unknown', handed: true }]);
  const socket = connect(at.port, at.host, () => socket.write(request('t01', 'PUT')));
  await eventually('it is at work', () => a.seen.length === 2);
  socket.resetAndDestroy();
  await eventually('it is given up', () => world.answered().length === 2);
  expect(world.answered()[1]).toMatchObject({ status: 499, outcome: 'unknown', handed: true, error: true });
  expect(world.serving.router.status().cells['a']!.inFlight).toBe(0);
});

test('a client that closed only its side still gets its answer', async () => {
  const { at } = await grow();
  const text = await new Promise<string>((resolve) => {
    let got = '';
    const socket = connect({ port: at.port, host: at.host, allowHalfOpen: true });
    socket.end(request('t01').replace('connection: close\r\n', ''));
    socket.on('data', (data) => (got += data.toString()));
    socket.on('end', () => resolve(got));
  });
  expect(text).toMatch(/^HTTP\/1\.1 200/);
});

test('a dead cell is refused with 503 and retry-after, and only it', async () => {
  const { a, at } = await grow();
  a.die();
  await eventually('a is down', () => world.serving.router.status().cells['a']!.health === 'down', 1000);
  const [refused] = await rawAnswers(at, request('t01'));
  expect(refused).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1', 'x-cell-id': 'a', 'x-cell-epoch': '3' },
  });
  expect(JSON.parse(refused!.body)).toMatchObject({ type: 'urn:petri:cell-down', status: 503 });
  expect((await rawAnswers(at, request('t02')))[0]).toMatchObject({ status: 200 });
  expect(world.events.filter(({ kind, health }) => kind === 'cell.state' && health === 'down')).toMatchObject([
    { cell: 'a', afterMs: expect.any(Number) as number },
  ]);
});

test("a hung cell fills its own bulkhead and never takes another cell's connections", async () => {
  const { a, at } = await grow({ policies: { bulkhead: 4 }, requestTimeoutMs: 1500 });
  a.answering = () => {};
  const hung = Array.from({ length: 4 }, () => rawAnswers(at, request('t01')));
  await eventually('four are in flight', () => world.serving.router.status().cells['a']!.inFlight === 4);
  const [fifth, ...others] = await Promise.all([
    rawAnswers(at, request('t01')),
    ...Array.from({ length: 30 }, () => rawAnswers(at, request('t02'))),
  ]);
  expect(fifth![0]).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  expect(JSON.parse(fifth![0]!.body)).toMatchObject({ type: 'urn:petri:bulkhead-full' });
  expect(others.map((answers) => answers[0]!.status)).toEqual(Array(30).fill(200));
  expect((await Promise.all(hung)).map((answers) => answers[0]!.status)).toEqual([504, 504, 504, 504]);
  expect(world.serving.router.status().cells['a']!.inFlight).toBe(0);
});

test('a quarantined tenant is refused alone', async () => {
  const { at } = await grow();
  world.push(
    {
      t01: { cell: 'a', epoch: 3, override: 'quarantined' },
      t02: { cell: 'b', epoch: 1, override: null },
      t03: { cell: 'a', epoch: 1, override: null },
    },
    2,
  );
  const [t01, t03] = await Promise.all([rawAnswers(at, request('t01')), rawAnswers(at, request('t03'))]);
  expect([t01[0]!.status, t03[0]!.status]).toEqual([503, 200]);
  expect(JSON.parse(t01[0]!.body)).toMatchObject({ type: 'urn:petri:quarantined' });
});

test.each([
  ['host', 'GET /sheets/s HTTP/1.1\r\nhost: t01.petri.local:8080\r\n', '/sheets/s'],
  ['path', 'GET /t01/sheets/s?q HTTP/1.1\r\nhost: petri\r\n', '/sheets/s?q'],
] as const)('the tenant can come by %s; a header then says nothing', async (tenantFrom, head, url) => {
  const { a, at } = await grow({ tenantFrom });
  await rawAnswers(at, `${head}x-tenant-id: t02\r\nconnection: close\r\n\r\n`);
  expect(a.seen).toMatchObject([{ url, headers: { 'x-tenant-id': 't01', 'x-cell-id': 'a' } }]);
});

test('a request that a move was quicker than is told to come back, since nothing was done', async () => {
  const { a, at } = await grow();
  a.answering = (_seen, response) => {
    world.push({ t01: { cell: 'a', epoch: 3, override: 'moving' }, t02: { cell: 'b', epoch: 1, override: null } }, 2);
    response.writeHead(421, { 'x-cell-id': 'a' }).end('{}');
  };
  const [late] = await rawAnswers(at, request('t01', 'PUT'));
  expect(late).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  const [next] = await rawAnswers(at, request('t01', 'PUT'));
  expect(next).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  expect(a.seen).toHaveLength(1);
  const told = { status: 503, reason: 'moving', outcome: 'refused', handed: false, resent: false };
  expect(world.answered()).toMatchObject([told, told]);
});

test('whoever moves a tenant is told what of it a cell still has in hand', async () => {
  const { a, at } = await grow();
  const { router } = world.serving;
  let answer = () => {};
  a.answering = (_seen, response) => (answer = () => response.end('ok'));
  const asked = rawAnswers(at, request('t01'));
  await eventually('the cell has it', () => router.inFlightOf('t01') === 1);
  expect(router.inFlightOf('t02')).toBe(0);
  answer();
  expect(await asked).toMatchObject([{ status: 200 }]);
  expect(router.inFlightOf('t01')).toBe(0);
});
