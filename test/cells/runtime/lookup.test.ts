import dns from 'node:dns';
import { connect, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { lookNamesUpAtOnce } from '../../../cells/runtime/lookup.ts';

const before = dns.lookup;
afterEach(() => {
  dns.lookup = before;
});

function outcomeOf(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve('connected'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test('a name that nobody answers to is not found, and no connection waits for the name of another', async () => {
  lookNamesUpAtOnce();
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const missing = Promise.all(Array.from({ length: 20 }, (_, index) => outcomeOf(`petri-${index}.invalid`, port)));
  expect(await outcomeOf('127.0.0.1', port)).toBe('connected');
  expect(await outcomeOf('localhost', port)).toBe('connected');
  expect(new Set(await missing)).toEqual(new Set(['ENOTFOUND']));
  server.close();
});
