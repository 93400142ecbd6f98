import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkOf, ChunkedReader, lastChunk } from '../../../router/http/chunked.ts';
import { edgeLimits } from '../../../router/http/limits.ts';
import { parseRequestHead } from '../../../router/http/request-head.ts';
import { parseResponseHead } from '../../../router/http/response-head.ts';

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
const value = fc.stringMatching(/^([!-~\u0080-\u00ff]([ \t!-~\u0080-\u00ff]{0,30}[!-~\u0080-\u00ff])?)?$/);
const anyLatin1 = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});
const special = /^(host|content-length|transfer-encoding|connection|expect|upgrade)$/i;

describe('a request head', () => {
  test('what is written is what is read, in order', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            token.filter((name) => !special.test(name)),
            value,
          ),
          { maxLength: 40 },
        ),
        (headers) => {
          const lines = headers.map(([name, text]) => `${name}: \t${text} `);
          const head = parseRequestHead(['PUT /a?b=%20 HTTP/1.1', 'Host: h', ...lines].join('\r\n'), edgeLimits);
          expect(head).toEqual({
            kind: 'request',
            method: 'PUT',
            target: '/a?b=%20',
            headers: ['host', 'h', ...headers.flatMap(([name, text]) => [name.toLowerCase(), text])],
            host: 'h',
            contentLength: -1,
            chunked: false,
            keepAlive: true,
            http10: false,
            expectContinue: false,
            connectionNames: [],
          });
        },
      ),
    );
  });

  test('any bytes at all are a request or a refusal, and no control byte gets through', () => {
    const almost = fc.tuple(anyLatin1, anyLatin1).map(([line, rest]) => `GET /${line} HTTP/1.1\r\nhost: h\r\n${rest}`);
    fc.assert(
      fc.property(fc.oneof(anyLatin1, almost), (text) => {
        const head = parseRequestHead(text, edgeLimits);
        if (head.kind === 'refused') {
          expect(head.status).toBeOneOf([400, 405, 414, 417, 431]);
          return;
        }
        expect(head.target).toMatch(/^\/[!-~]*$/);
        // eslint-disable-next-line no-control-regex
        for (const header of head.headers) expect(header).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f]/);
      }),
      { numRuns: 2000 },
    );
  });
});

test('an answer head of any bytes is read or refused, never more', () => {
  const almost = anyLatin1.map((rest) => `HTTP/1.1 200 OK\r\n${rest}`);
  fc.assert(
    fc.property(fc.oneof(anyLatin1, almost), (text) => {
      const head = parseResponseHead(text);
      if (head) expect(head.status).toBeGreaterThanOrEqual(100);
    }),
    { numRuns: 2000 },
  );
  expect(parseResponseHead('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked')).toBeNull();
  expect(parseResponseHead('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1')).toBeNull();
  expect(parseResponseHead('HTTP/1.1 200')).toMatchObject({ status: 200, keepAlive: true });
  expect(parseResponseHead('HTTP/1.1 2000 OK')).toBeNull();
  expect(parseResponseHead('HTTP/1.10 200 OK')).toBeNull();
});

describe('the chunked coding', () => {
  test('comes apart into what went in, wherever the packets are cut, and stops behind its end', () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(
        pieces,
        fc.array(fc.nat(60), { maxLength: 8 }),
        fc.uint8Array({ maxLength: 9 }),
        (data, cuts, behind) => {
          const buffers = data.map((piece) => Buffer.from(piece));
          const whole = Buffer.concat([...buffers.map(chunkOf), Buffer.from(lastChunk), Buffer.from(behind)]);
          const reader = new ChunkedReader();
          const out: Buffer[] = [];
          let consumed = 0;
          for (const size of [...cuts, whole.length]) {
            const packet = whole.subarray(consumed, consumed + size);
            consumed += reader.read(packet, 0, (piece) => out.push(piece));
          }
          expect(reader.done).toBe(true);
          expect(Buffer.concat(out)).toEqual(Buffer.concat(buffers));
          expect(whole.length - consumed).toBe(behind.length);
        },
      ),
    );
  });

  test('any bytes end in more wanted, done or broken, and never give more than came', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const reader = new ChunkedReader();
        let given = 0;
        const end = reader.read(Buffer.from(bytes), 0, (piece) => (given += piece.length));
        expect(given).toBeLessThanOrEqual(bytes.length);
        expect(reader.done || reader.broken || end === bytes.length).toBe(true);
      }),
    );
  });
});
