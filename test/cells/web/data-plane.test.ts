import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { soon, startCell, type Answer, type Cell } from '../../support/cell.ts';

let cell: Cell;
beforeAll(async () => {
  const quotas = { default: 250, tenants: { t02: 2 } };
  cell = await startCell({ engine: 'embedded', workers: [], quotas, auroraTimeoutMs: 400 });
});
afterAll(() => cell?.stop());

const path = '/sheets/s/rows/r';
const order = { kind: 'recalc', sheet: 's', units: 5 };

/** An error is RFC 9457, names the cell and the request, and nothing else. */
function expectProblem(answer: Answer, status: number) {
  expect(answer.body).toEqual({
    type: expect.stringMatching(/^urn:petri:[a-z-]+$/),
    title: expect.any(String),
    status,
    detail: expect.any(String),
  });
  expect(answer.status).toBe(status);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/problem+json',
    'x-cell-id': 'a',
    'x-request-id': 'r-1',
  });
}

describe('rows', () => {
  test('a row that was put is read back, with version and etag', async () => {
    expectProblem(await cell.request('GET', path), 404);
    for (const [version, value] of [
      [1, { a: [1, 'ü'] }],
      [2, null],
    ] as const) {
      const put = await cell.request('PUT', path, { value });
      expect(put).toMatchObject({ status: 200, body: { version } });
      const got = await cell.request('GET', path);
      expect(got).toMatchObject({ status: 200, body: { value, version } });
      for (const { headers } of [put, got]) {
        expect(Object.fromEntries(headers)).toMatchObject({
          'x-cell-id': 'a',
          'x-cell-epoch': '3',
          'x-request-id': 'r-1',
          etag: etagOfValue(version, value),
        });
      }
    }
    await soon('both writes were recorded', () => cell.events('a/web/1', 'write.committed').length === 2);
  });

  test.each(['.', '..', 'a b', 'ü', 'a'.repeat(65), 'a%2Fb', '%zz'])('%j is no name', async (name) => {
    const encoded = name.startsWith('.') ? name.replaceAll('.', '%2e') : name;
    const answer = await raw('PUT', `/sheets/s/rows/${encoded}`, '{"value":1}');
    expect(answer.startsWith('HTTP/1.1 400 ')).toBe(true);
  });

  test.each(['', '{', '[1]', '"x"', '{}', `{"value":${'['.repeat(5000)}${']'.repeat(5000)}}`])(
    'the body %.20s is refused',
    async (body) => {
      expectProblem(await cell.request('PUT', path, body), 400);
    },
  );

  test('a value may have 64 KiB and a body 256', async () => {
    const largest = 'x'.repeat(64 * 1024 - 2);
    expect((await cell.request('PUT', '/sheets/s/rows/large', { value: largest })).status).toBe(200);
    expectProblem(await cell.request('PUT', path, { value: `${largest}x` }), 413);
    expectProblem(await cell.request('PUT', path, { value: 1, more: 'x'.repeat(256 * 1024) }), 413);
    const padded = `{"value":1${' '.repeat(256 * 1024 - 11)}}`;
    expect((await cell.request('PUT', '/sheets/s/rows/padded', padded)).status).toBe(200);
  });
});

describe('jobs', () => {
  test('an accepted job is queued, at its place', async () => {
    const { status, body, headers } = await cell.request('POST', '/jobs', order);
    expect({ status, body }).toEqual({ status: 202, body: { id: expect.any(String), queue: 'standard' } });
    expect(headers.get('location')).toBe(`/jobs/${String(body['id'])}`);
    const job = await cell.request('GET', headers.get('location')!);
    expect(job).toMatchObject({ status: 200, body: { state: 'queued', attempts: 0, result: null } });
    await soon('it was delivered', () => cell.events('a/web/1', 'job.delivered').length > 0);
  });

  test('a job is seen by its own tenant only', async () => {
    const { body } = await cell.request('POST', '/jobs', order);
    expectProblem(await cell.request('GET', `/jobs/${String(body['id'])}`, undefined, { 'x-tenant-id': 't02' }), 404);
  });

  test.each([
    { ...order, kind: 'other' },
    { ...order, sheet: '..' },
    { ...order, units: 0 },
    { ...order, units: 1.5 },
    { ...order, units: 1_000_001 },
    { ...order, units: '5' },
    { kind: 'recalc', units: 5 },
  ])('the order %j is refused', async (wrong) => {
    expectProblem(await cell.request('POST', '/jobs', wrong), 400);
  });

  test('units decide the queue', async () => {
    const queues = [];
    for (const units of [1000, 1001, 1_000_000])
      queues.push((await cell.request('POST', '/jobs', { ...order, units })).body['queue']);
    expect(queues).toEqual(['standard', 'xl', 'xl']);
  });
});

describe('idempotency keys', () => {
  const keyed = (key: string) => ({ 'idempotency-key': key });

  test('the same request again gets the same answer and has no second effect', async () => {
    const first = await cell.request('PUT', '/sheets/s/rows/k', { value: 1 }, keyed('k1'));
    const second = await cell.request('PUT', '/sheets/s/rows/k', { value: 1 }, keyed('k1'));
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    const job = await cell.request('POST', '/jobs', order, keyed('k2'));
    expect((await cell.request('POST', '/jobs', order, keyed('k2'))).body).toEqual(job.body);
  });

  test('another body under the same key is refused', async () => {
    await cell.request('PUT', '/sheets/s/rows/k', { value: 1 }, keyed('k3'));
    expectProblem(await cell.request('PUT', '/sheets/s/rows/k', { value: 2 }, keyed('k3')), 422);
    expectProblem(await cell.request('PUT', '/sheets/s/rows/other', { value: 1 }, keyed('k3')), 422);
    expectProblem(await cell.request('PUT', path, { value: 1 }, keyed('x'.repeat(256))), 400);
  });

  test('the same key while the first still runs is refused, and another tenant may use it', async () => {
    await stopped(['a/aurora/1', 'a/aurora/2'], async () => {
      const first = cell.request('PUT', '/sheets/s/rows/k', { value: 5 }, keyed('k4'));
      expectProblem(await cell.request('PUT', '/sheets/s/rows/k', { value: 5 }, keyed('k4')), 409);
      const others = await cell.request('PUT', path, { value: 5 }, { ...keyed('k4'), 'x-tenant-id': 't02' });
      expect(others.status).toBe(504);
      await first;
    });
  });
});

describe('routes', () => {
  test.each([{ 'x-cell-id': 'b' }, { 'x-cell-epoch': '2' }, { 'x-cell-epoch': '4' }, { 'x-tenant-id': 'stranger' }])(
    '421 for %j',
    async (headers) => {
      for (const [method, where, body] of [
        ['GET', path],
        ['PUT', path, { value: 1 }],
        ['POST', '/jobs', order],
        ['GET', '/jobs/j'],
      ] as const) {
        expectProblem(await cell.request(method, where, body, headers), 421);
      }
    },
  );

  test.each([{ 'x-tenant-id': 'T01' }, { 'x-tenant-id': 't01, t02' }, { 'x-cell-epoch': '-1' }, { 'x-cell-id': '' }])(
    'not served for %j',
    async (headers) => {
      const answer = await cell.request('GET', path, undefined, headers);
      expectProblem(answer, 'x-cell-id' in headers ? 421 : 400);
    },
  );

  test('what is not there is a problem too', async () => {
    expectProblem(await cell.request('GET', '/nothing'), 404);
    const wrong = await cell.request('DELETE', path);
    expectProblem(wrong, 405);
    expect(wrong.headers.get('allow')).toBe('PUT, GET');
    expect((await cell.request('GET', '/ready')).status).toBe(200);
    expect((await cell.request('GET', '/health')).status).toBe(200);
  });

  test('one tenant over its quota is refused, another is not', async () => {
    const answers = [];
    for (let n = 0; n < 8; n++) answers.push(await cell.request('GET', path, undefined, { 'x-tenant-id': 't02' }));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expectProblem(refused[0]!, 429);
    expect((await cell.request('GET', path)).status).toBe(200);
  });
});

describe('without parts of the cell', () => {
  test('without DynamoDB jobs are accepted and seen, and quotas keep their last value', async () => {
    await cell.part('a/dynamodb').kill();
    const { status, body } = await cell.request('POST', '/jobs', order);
    expect(status).toBe(202);
    expect((await cell.request('GET', `/jobs/${String(body['id'])}`)).body).toMatchObject({
      state: 'queued',
      attempts: 0,
    });
    const statuses = [];
    for (let n = 0; n < 8; n++)
      statuses.push((await cell.request('GET', path, undefined, { 'x-tenant-id': 't02' })).status);
    expect(statuses).toContain(429);
    await cell.part('a/dynamodb').start();
  });

  test('an Aurora that hangs: a write ends unknown, in time', async () => {
    await stopped(['a/aurora/1', 'a/aurora/2'], async () => {
      expectProblem(await cell.request('PUT', '/sheets/s/rows/hang', { value: 1 }), 504);
    });
  });

  test('no Aurora: refused as surely not done, and unhealthy', async () => {
    await Promise.all(['a/aurora/1', 'a/aurora/2'].map((address) => cell.part(address).kill()));
    await soon('the task saw it', async () => (await cell.request('GET', '/health')).status === 503);
    const answer = await cell.request('PUT', path, { value: 1 });
    expectProblem(answer, 503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await cell.request('GET', path)).status).toBe(503);
    await Promise.all(['a/aurora/1', 'a/aurora/2'].map((address) => cell.part(address).start()));
    await soon('it serves again', async () => (await cell.request('PUT', path, { value: 1 })).status === 200);
  });
});

/** Runs `during` while the parts are stopped, and waits until the cell writes again afterwards. */
async function stopped(addresses: readonly string[], during: () => Promise<void>): Promise<void> {
  for (const address of addresses) cell.part(address).signal('SIGSTOP');
  try {
    await during();
  } finally {
    for (const address of addresses) cell.part(address).signal('SIGCONT');
  }
  await soon(
    'writes are taken again',
    async () => (await cell.request('PUT', '/sheets/s/rows/probe', { value: 0 })).status === 200,
  );
}

/** One request whose path no client library touches; the head of the answer. */
function raw(method: string, target: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(cell.part('a/web/1').endpoint!);
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    const heads = [
      'Host: a',
      'x-tenant-id: t01',
      'x-cell-id: a',
      'x-cell-epoch: 3',
      `content-length: ${body.length}`,
      'connection: close',
    ];
    socket.write(`${method} ${target} HTTP/1.1\r\n${heads.join('\r\n')}\r\n\r\n${body}`);
  });
}
