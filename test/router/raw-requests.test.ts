import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawAnswers, rawBytes } from '../support/raw-http.ts';
import { startRouterWorld, type RouterWorld } from '../support/router-world.ts';

let world: RouterWorld;
beforeAll(async () => {
  world = await startRouterWorld();
});
afterAll(() => world.stop());

const tenant = 'x-tenant-id: t01\r\n';
const host = 'host: petri\r\n';
const get = (lines: string, target = '/sheets/s/rows/r') => `GET ${target} HTTP/1.1\r\n${host}${lines}\r\n`;
const put = (lines: string, body = '') => `PUT /sheets/s/rows/r HTTP/1.1\r\n${host}${tenant}${lines}\r\n${body}`;
const chunked = 'transfer-encoding: chunked\r\n';

/** Bytes that reach no cell, and the status that says so. */
const refused: readonly (readonly [name: string, bytes: string, status: number])[] = [
  ['no tenant', get(''), 400],
  ['two tenant headers', get(`${tenant}x-tenant-id: t02\r\n`), 400],
  ['the same tenant twice', get(tenant + tenant), 400],
  ['two tenants in one header', get('x-tenant-id: t01, t02\r\n'), 400],
  ['an upper-case tenant', get('x-tenant-id: T01\r\n'), 400],
  ['an empty tenant', get('x-tenant-id:\r\n'), 400],
  ['a tenant of 64 characters', get(`x-tenant-id: ${'t'.repeat(64)}\r\n`), 400],
  ['a tenant that begins with a dash', get('x-tenant-id: -t01\r\n'), 400],
  ['only an underscore variant of the tenant', get('x_tenant_id: t01\r\n'), 400],
  ['an unknown tenant', get('x-tenant-id: t99\r\n'), 404],
  ['a tenant named like a property of every object', get('x-tenant-id: constructor\r\n'), 404],
  ['content-length and transfer-encoding', put(`content-length: 5\r\n${chunked}`, '0\r\n\r\n'), 400],
  ['transfer-encoding and content-length', put(`${chunked}content-length: 5\r\n`, '0\r\n\r\n'), 400],
  ['two content-lengths that differ', put('content-length: 1\r\ncontent-length: 2\r\n', 'ab'), 400],
  ['two content-lengths alike', put('content-length: 1\r\ncontent-length: 1\r\n', 'a'), 400],
  ['a list of content-lengths', put('content-length: 1, 1\r\n', 'a'), 400],
  ['a signed content-length', put('content-length: +1\r\n', 'a'), 400],
  ['a negative content-length', put('content-length: -1\r\n', 'a'), 400],
  ['a hexadecimal content-length', put('content-length: 0x1\r\n', 'a'), 400],
  ['an empty content-length', put('content-length:\r\n', 'a'), 400],
  ['an enormous content-length', put(`content-length: ${'9'.repeat(30)}\r\n`, 'a'), 400],
  ['gzip, chunked', put('transfer-encoding: gzip, chunked\r\n', '0\r\n\r\n'), 400],
  ['chunked, identity', put('transfer-encoding: chunked, identity\r\n', '0\r\n\r\n'), 400],
  ['xchunked', put('transfer-encoding: xchunked\r\n', '0\r\n\r\n'), 400],
  ['chunked twice', put(chunked + chunked, '0\r\n\r\n'), 400],
  ['chunked in HTTP/1.0', put(chunked, '0\r\n\r\n').replace('HTTP/1.1', 'HTTP/1.0'), 400],
  ['space before the colon of transfer-encoding', put('transfer-encoding : chunked\r\n', '0\r\n\r\n'), 400],
  ['a folded header', get(`${tenant}a: b\r\n c\r\n`), 400],
  ['a folded transfer-encoding', put('transfer-encoding:\r\n chunked\r\n', '0\r\n\r\n'), 400],
  ['bare line feeds', `GET / HTTP/1.1\nhost: petri\nx-tenant-id: t01\n\n`, 400],
  ['one bare line feed', get(`${tenant}a: b\nc: d\r\n`), 400],
  ['a bare carriage return', get(`${tenant}a: b\rc: d\r\n`), 400],
  ['NUL in a header', get(`${tenant}a: b\0c\r\n`), 400],
  ['a control byte in a header', get(`${tenant}a: b\x01c\r\n`), 400],
  ['DEL in a header', get(`${tenant}a: b\x7fc\r\n`), 400],
  ['NUL in a header name', get(`${tenant}a\0b: c\r\n`), 400],
  ['a header without a name', get(`${tenant}: c\r\n`), 400],
  ['a header without a colon', get(`${tenant}abc\r\n`), 400],
  ['a chunk size that is no number', put(chunked, 'g\r\nabc\r\n0\r\n\r\n'), 400],
  ['a chunk size of nine digits', put(chunked, '000000001\r\na\r\n0\r\n\r\n'), 400],
  ['a signed chunk size', put(chunked, '+1\r\na\r\n0\r\n\r\n'), 400],
  ['a chunk extension', put(chunked, '1;a=b\r\na\r\n0\r\n\r\n'), 400],
  ['a chunk longer than its size', put(chunked, '1\r\nab\r\n0\r\n\r\n'), 400],
  ['a chunk ended by a bare line feed', put(chunked, '1\r\na\n0\r\n\r\n'), 400],
  ['a trailer', put(chunked, '1\r\na\r\n0\r\nx-tenant-id: t02\r\n\r\n'), 400],
  ['absolute form', get(tenant, 'http://elsewhere/sheets/s/rows/r'), 400],
  ['authority form', get(tenant, 'petri:80'), 400],
  ['asterisk form', `OPTIONS * HTTP/1.1\r\n${host}${tenant}\r\n`, 400],
  ['a target that climbs', get(tenant, '/sheets/../jobs'), 400],
  ['a target that climbs in percents', get(tenant, '/sheets/%2e%2E/jobs'), 400],
  ['a target that climbs over an encoded slash', get(tenant, '/sheets/..%2fjobs'), 400],
  ['a backslash', get(tenant, '/sheets\\..\\jobs'), 400],
  ['an encoded backslash', get(tenant, '/sheets/%5c..'), 400],
  ['an encoded NUL', get(tenant, '/sheets/%00'), 400],
  ['half a percent-encoding', get(tenant, '/sheets/%2'), 400],
  ['percent-encoded bytes that are no UTF-8', get(tenant, '/sheets/%ff'), 400],
  ['a fragment', get(tenant, '/sheets#a'), 400],
  ['a high byte in the target', get(tenant, '/sheets/\xe4'), 400],
  ['a space in the target', get(tenant, '/sheets/a b'), 400],
  ['a tab in the request line', `GET\t/ HTTP/1.1\r\n${host}${tenant}\r\n`, 400],
  ['two spaces in the request line', `GET  / HTTP/1.1\r\n${host}${tenant}\r\n`, 400],
  ['HTTP/0.9', 'GET /\r\n\r\n', 400],
  ['HTTP/2.0', get(tenant).replace('HTTP/1.1', 'HTTP/2.0'), 400],
  ['HTTP/1.2', get(tenant).replace('HTTP/1.1', 'HTTP/1.2'), 400],
  ['http/1.1', get(tenant).replace('HTTP/1.1', 'http/1.1'), 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 405],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
  ['CONNECT', `CONNECT petri:80 HTTP/1.1\r\n${host}${tenant}\r\n`, 405],
  ['TRACE', get(tenant).replace('GET', 'TRACE'), 405],
  ['a method that nobody knows', get(tenant).replace('GET', 'SPEND'), 405],
  ['a lower-case method', get(tenant).replace('GET', 'get'), 405],
  ['an upgrade', get(`${tenant}connection: upgrade\r\nupgrade: websocket\r\n`), 400],
  ['an upgrade to HTTP/2', get(`${tenant}connection: upgrade, http2-settings\r\nupgrade: h2c\r\n`), 400],
  ['an unknown expectation', put('expect: wonders\r\ncontent-length: 1\r\n', 'a'), 417],
  ['no host', `GET / HTTP/1.1\r\n${tenant}\r\n`, 400],
  ['two hosts', get(`${tenant}host: other\r\n`), 400],
  ['a head of 9 KiB', get(`${tenant}a: ${'b'.repeat(9 * 1024)}\r\n`), 431],
  ['an endless head', `GET / HTTP/1.1\r\n${host}a: ${'b'.repeat(20 * 1024)}`, 431],
  ['65 headers', get(tenant + 'a: b\r\n'.repeat(63)), 431],
  ['a target of 2049 bytes', get(tenant, `/${'a'.repeat(2048)}`), 414],
  ['a target of 20 KiB', get(tenant, `/${'a'.repeat(20 * 1024)}`), 414],
  ['an endless target', `GET /${'a'.repeat(20 * 1024)}`, 414],
  ['a body announced too large', put(`content-length: ${256 * 1024 + 1}\r\n`), 413],
  ['chunks that add up to too much', put(chunked, `40001\r\n${'a'.repeat(0x40001)}\r\n0\r\n\r\n`), 413],
];

describe('refused on the raw socket', () => {
  test.each(refused)('%s', async (_name, bytes, status) => {
    const seenBefore = world.cells['a']!.seen.length + world.cells['b']!.seen.length;
    const recordedBefore = world.answered().length;
    const wants = bytes.includes('\r\n\r\n')
      ? bytes.replace('host: petri\r\n', 'host: petri\r\nconnection: close\r\n')
      : bytes;
    const [answer, ...more] = await rawAnswers(world.at, wants);
    expect(more).toEqual([]);
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json', connection: 'close' },
    });
    expect(JSON.parse(answer!.body)).toEqual({
      type: expect.stringMatching(/^urn:petri:[a-z0-9-]+$/) as string,
      title: expect.any(String) as string,
      status,
      detail: expect.stringMatching(/\w.*\.$|\}\.$/) as string,
    });
    expect(world.answered().slice(recordedBefore)).toMatchObject([
      { status, request: answer!.headers['x-request-id'], handed: false, outcome: 'refused', error: false },
    ]);
    expect(world.cells['a']!.seen.length + world.cells['b']!.seen.length).toBe(seenBefore);
  });
});

describe('cleaned on the way to the cell', () => {
  async function seenBy(bytes: string) {
    const before = world.cells['a']!.seen.length;
    const answers = await rawAnswers(world.at, bytes);
    expect(answers.map((answer) => answer.status)).toEqual([200]);
    return { seen: world.cells['a']!.seen.slice(before)[0]!, answer: answers[0]! };
  }

  test('hop-by-hop headers end at the router, those that connection names too', async () => {
    const lines = `${tenant}connection: close, x-secret\r\nx-secret: 1\r\nkeep-alive: 5\r\nte: trailers\r\ntrailer: a\r\nproxy-authorization: b\r\nproxy-connection: c\r\nx-kept: d\r\n`;
    const { seen } = await seenBy(get(lines));
    expect(Object.keys(seen.headers).toSorted()).toEqual(
      ['host', 'x-cell-epoch', 'x-cell-id', 'x-kept', 'x-request-id', 'x-tenant-id'].toSorted(),
    );
  });

  test('connection cannot name away what the router adds', async () => {
    const { seen } = await seenBy(get(`${tenant}connection: close, x-tenant-id, x-cell-epoch, host\r\n`));
    expect(seen.headers).toMatchObject({ 'x-tenant-id': 't01', 'x-cell-epoch': '3', host: 'petri' });
  });

  test('what only a router may say is replaced, in every spelling', async () => {
    const lines = `${tenant}x-cell-id: b\r\nX-Cell-Epoch: 9\r\nx_cell_id: b\r\nx_tenant_id: t02\r\nX-Cell-Anything: 1\r\nx-forwarded-for: 1.2.3.4\r\nforwarded: for=1\r\nx-request-id: mine\r\nconnection: close\r\n`;
    const { seen, answer } = await seenBy(get(lines));
    expect(seen.headers).toEqual({
      host: 'petri',
      'x-tenant-id': 't01',
      'x-cell-id': 'a',
      'x-cell-epoch': '3',
      'x-request-id': answer.headers['x-request-id'],
    });
    expect(answer.headers['x-request-id']).not.toBe('mine');
  });

  test('a chunked body reaches the cell with its length', async () => {
    const { seen } = await seenBy(
      put(`${chunked}connection: close\r\n`, '5\r\nhello\r\nA\r\n, my world!\r\n0\r\n\r\n').replace('A\r\n', 'B\r\n'),
    );
    expect(seen.body).toBe('hello, my world!');
    expect(seen.headers).toMatchObject({ 'content-length': '16' });
    expect(seen.headers).not.toHaveProperty('transfer-encoding');
  });

  test('100-continue is answered by the router and not passed on', async () => {
    const head = put('expect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n');
    const before = world.cells['a']!.seen.length;
    const text = await rawBytes(world.at, [head, 'ab'], 50);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(world.cells['a']!.seen.slice(before)).toMatchObject([{ body: 'ab' }]);
    expect(world.cells['a']!.seen.at(-1)!.headers).not.toHaveProperty('expect');
  });

  test('pipelined requests are answered in order, and a body is never read as a request', async () => {
    const smuggled = 'GET /stolen HTTP/1.1\r\nhost: petri\r\nx-tenant-id: t01\r\n\r\n';
    const before = world.cells['a']!.seen.length;
    const answers = await rawAnswers(
      world.at,
      get(tenant, '/1') +
        put(`content-length: ${smuggled.length}\r\n`, smuggled) +
        get('x-tenant-id: t99\r\n', '/2') +
        get(`${tenant}connection: close\r\n`, '/3') +
        get(tenant, '/4'),
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 404, 200]);
    expect(world.cells['a']!.seen.slice(before).map((seen) => seen.url)).toEqual(['/1', '/sheets/s/rows/r', '/3']);
  });

  test('a request in single bytes is the same request', async () => {
    const bytes = put(`${chunked}connection: close\r\n`, '3\r\nabc\r\n0\r\n\r\n');
    const { seen } = await seenBy(bytes);
    const before = world.cells['a']!.seen.length;
    expect((await rawAnswers(world.at, [...bytes])).map((answer) => answer.status)).toEqual([200]);
    const again = world.cells['a']!.seen.slice(before)[0]!;
    expect({ ...again, headers: { ...again.headers, 'x-request-id': '' }, rawHeaders: [] }).toEqual({
      ...seen,
      headers: { ...seen.headers, 'x-request-id': '' },
      rawHeaders: [],
    });
  });

  test('two encoded dots in a name do not climb', async () => {
    const { seen } = await seenBy(get(`${tenant}connection: close\r\n`, '/sheets/a..b/rows/%2e%2e%2e?q=..%2f'));
    expect(seen.url).toBe('/sheets/a..b/rows/%2e%2e%2e?q=..%2f');
  });

  test('HTTP/1.0 is answered and closed', async () => {
    const { answer } = await seenBy(`GET / HTTP/1.0\r\n${tenant}\r\n`);
    expect(answer).toMatchObject({ body: 'ok', headers: { connection: 'close' } });
  });
});
