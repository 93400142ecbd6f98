/** A small seeded generator (mulberry32): the same seed makes the same requests on every machine. */
export function drawFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const methods = [
  'GET',
  'GET',
  'PUT',
  'POST',
  'POST',
  'HEAD',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'get',
  'G\0T',
  'BREW',
  'PATCH ',
];
const targets = [
  '/',
  '/a',
  '/a/b?c=d',
  '/%2e%2e/x',
  '/a/../b',
  '*',
  'http://h/p',
  '/a b',
  '/\x7f',
  '/a#b',
  '//x',
  '/%',
  'a',
  '/é',
  '/\t',
];
const versions = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'HTTP/1.2',
  'http/1.1',
  'HTTP/1',
  'HTTP/0.9',
  ' HTTP/1.1',
  'HTTP/1.1 ',
];
const lines = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\n\r', '\r\r\n'];
const oddHeaders = [
  'transfer-encoding: chunked',
  'transfer-encoding: Chunked',
  'transfer-encoding : chunked',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding: chunked, chunked',
  'transfer-encoding:\tchunked ',
  'transfer-encoding: chunked;a=b',
  'Transfer-Encoding: identity',
  'transfer_encoding: chunked',
  'content-length: 5',
  'content-length: 5, 5',
  'content-length: 05',
  'content-length: 5 5',
  'content-length: +5',
  'content-length: 0x5',
  'content-length: 5\r\n content',
  'content-length:',
  'content-length: 99999999999999999999',
  'connection: close',
  'connection: keep-alive',
  'connection: clo\x01se',
  'expect: 100-continue',
  'upgrade: h2c',
  'host: y',
  ' folded: a',
  '\tfolded: a',
  'a\0b: c',
  'a: b\0c',
  'a: b\x01c',
  'a: b\x7f',
  'a: \xe9',
  'a\xe9: b',
  'a(b: c',
  ': c',
  'abc',
  'a:b',
  'a:   b   ',
  'a: b\rc: d',
  'x-tenant-id: t01',
];
const chunkedBodies = [
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  '5\nhello\n0\n\n',
  '5;a\r\nhello\r\n0\r\n\r\n',
  '5 \r\nhello\r\n0\r\n\r\n',
  ' 5\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello0\r\n\r\n',
  '-1\r\n',
  '0x5\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n0\r\na: b\r\n\r\n',
  '05\r\nhello\r\n000\r\n\r\n',
  'ffffffffffffffff1\r\na\r\n0\r\n\r\n',
  '5\r\nhello\r\n\r\n0\r\n\r\n',
  '1\r\na\r\n4\r\nGET \r\n0\r\n\r\n',
  '0\r\n',
];
const plainBodies = ['', 'hello', 'helloworld', 'GET /stolen HTTP/1.1\r\nhost: x\r\n\r\n', '\r\n', 'hell'];

/** The bytes of one request: mostly right, with one or two things odd about it. */
export function drawRequest(draw: () => number): string {
  const one = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)]!;
  const odd = (chance: number) => draw() < chance;
  const method = odd(0.15) ? one(methods) : one(['GET', 'PUT', 'POST']);
  const target = odd(0.15) ? one(targets) : '/a';
  const version = odd(0.1) ? one(versions) : 'HTTP/1.1';
  const newline = () => (odd(0.04) ? one(lines) : '\r\n');
  const headers = odd(0.04) ? [] : ['host: x'];
  let body = '';
  if (odd(0.35)) {
    headers.push('transfer-encoding: chunked');
    body = odd(0.5) ? chunkedBodies[1]! : one(chunkedBodies);
  } else if (odd(0.5)) {
    body = one(plainBodies);
    headers.push(`content-length: ${odd(0.8) ? body.length : Math.floor(draw() * 12)}`);
  }
  while (odd(0.35)) headers.splice(Math.floor(draw() * (headers.length + 1)), 0, one(oddHeaders));
  let bytes = `${odd(0.03) ? one(['\r\n', '\r\n\r\n', '\n', ' ', '\0']) : ''}${method} ${target} ${version}${newline()}`;
  for (const header of headers) bytes += header + newline();
  bytes += newline() + body;
  if (!odd(0.06)) return bytes;
  const at = Math.floor(draw() * bytes.length);
  return bytes.slice(0, at) + one(['\0', '\r', '\n', ' ', ':', '\t', ';', '\xff', '']) + bytes.slice(at + 1);
}
