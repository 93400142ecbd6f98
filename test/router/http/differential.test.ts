import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import { edgeLimits } from '../../../router/http/limits.ts';
import { HttpListener } from '../../../router/http/listener.ts';
import { problem } from '../../../router/http/problem.ts';
import { rawBytesThenEnd } from '../../support/raw-http.ts';
import { drawFrom, drawRequest } from '../../support/raw-requests.ts';

/** On connections with one to three of them and a last, plain one that says where the reading stood. */
const requestsWanted = 5000;
const atOnce = 50;

/** Ends every connection. Whoever reads it as a request of its own stands where it should. */
const last = 'DELETE /last HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

/** Both servers say in their answers what they took, so that the client's text is all that is compared. */
const mark = (method: string, target: string, body: string) =>
  `<${Buffer.from(`${method} ${target} ${body}`, 'latin1').toString('base64')}>`;

/** Heads that node:http took, by the client's port: where a later request in the same packet is refused, it answers none of them. */
const headsTaken = new Map<number, string[]>();

const node = createServer((request, response) => {
  headsTaken.get(request.socket.remotePort!)?.push(`${request.method} ${request.url} `);
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    response.setHeader('x-took', mark(request.method!, request.url!, Buffer.concat(pieces).toString('latin1')));
    response.end();
  });
});
node.on('connection', (socket) => headsTaken.set(socket.remotePort!, []));
node.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nx-refused: 1\r\n\r\n'));

const ours = new HttpListener(
  {
    onRequest({ head, body, to }) {
      const took = mark(head.method, head.target, body?.toString('latin1') ?? '');
      to.answer({ status: 200, head: `HTTP/1.1 200 OK\r\nx-took: ${took}\r\n`, body: Buffer.alloc(0) });
      return null;
    },
    onRefused: ({ status, reason }) => problem({ status, reason, detail: '', headerLines: 'x-refused: 1\r\n' }),
  },
  { ...edgeLimits, lingerMs: 50 },
);

let nodeAt: Endpoint;
let oursAt: Endpoint;
beforeAll(async () => {
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
  nodeAt = { host: '127.0.0.1', port: (node.address() as AddressInfo).port };
  oursAt = await ours.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  node.close();
  await ours.close(0);
});

interface Reading {
  readonly took: readonly string[];
  /** It did not take the whole connection up to and with its last request. */
  readonly refused: boolean;
}

function read(text: string): Reading {
  const took = [...text.matchAll(/x-took: <([^>]*)>/g)].map((match) =>
    Buffer.from(match[1]!, 'base64').toString('latin1'),
  );
  return { took, refused: took.at(-1) !== 'DELETE /last ' };
}

test(`of ${requestsWanted} generated requests, whatever node:http refuses is refused, and what is taken is framed alike`, async () => {
  const draw = drawFrom(20_261);
  const work: string[] = [];
  for (let requests = 0; requests < requestsWanted;) {
    const count = 1 + Math.floor(draw() * 3);
    requests += count;
    work.push(Array.from({ length: count }, () => drawRequest(draw)).join('') + last);
  }
  const wrong: unknown[] = [];
  let taken = 0;
  let refusedByNode = 0;
  const round = async (bytes: string) => {
    const [nodeSaid, weSaid] = await Promise.all([rawBytesThenEnd(nodeAt, bytes), rawBytesThenEnd(oursAt, bytes)]);
    const [theirs, mine] = [read(nodeSaid.text), read(weSaid.text)];
    const heads = headsTaken.get(nodeSaid.port)!;
    taken += mine.took.length;
    if (theirs.refused) refusedByNode++;
    const laxer =
      (theirs.refused && !mine.refused) || mine.took.some((request, at) => !request.startsWith(heads[at] ?? '-'));
    const framedElse = theirs.took.some((request, at) => at < mine.took.length && request !== mine.took[at]);
    const counted = !mine.refused && mine.took.length !== theirs.took.length;
    if (laxer || framedElse || counted) wrong.push({ bytes, theirs, mine, heads });
  };
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let bytes = work.pop(); bytes !== undefined; bytes = work.pop()) await round(bytes);
    }),
  );
  expect(wrong.slice(0, 5)).toEqual([]);
  // The test would show nothing if everything were refused, or nothing.
  expect(taken).toBeGreaterThan(requestsWanted / 4);
  expect(refusedByNode).toBeGreaterThan(requestsWanted / 20);
}, 60_000);
