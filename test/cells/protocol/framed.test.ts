import { createConnection, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectFramed, FramedClient } from '../../../cells/protocol/client.ts';
import { encodeFrame, FrameReader, maxFrameBytes } from '../../../cells/protocol/frames.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import { serveFramed, type FramedServer, type FramedServerOptions } from '../../../cells/protocol/server.ts';
import { eventually } from '../../support/until.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function serve(handlers: FramedServerOptions['handlers'], port = 0) {
  const server = await serveFramed({ listen: { host: '127.0.0.1', port }, token: 'secret', handlers });
  ends.push(() => server.close());
  return { server, connect: { host: '127.0.0.1', port: portOf(server) } };
}

function portOf(server: FramedServer): number {
  return (server.server.address() as AddressInfo).port;
}

async function connect(to: { host: string; port: number }): Promise<FramedClient> {
  const client = await connectFramed({ connect: to, token: 'secret' });
  ends.push(() => client.close());
  return client;
}

describe('frames', () => {
  it('come out whole however the bytes are cut', () => {
    const frames = [
      { i: 1, m: 'put', a: { text: 'grüße 🌱' } },
      { i: 1, r: null },
      { m: 'note', a: ['x'.repeat(300)] },
    ];
    const bytes = Buffer.concat(frames.map(encodeFrame));
    for (const size of [1, 2, 3, 5, 64, bytes.length]) {
      const reader = new FrameReader();
      const seen: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) seen.push(...reader.push(bytes.subarray(at, at + size)));
      expect(seen).toEqual(frames);
    }
  });

  it('refuse a length above the bound, such as a browser’s first line', () => {
    expect(Buffer.from('GET ').readUInt32BE()).toBeGreaterThan(maxFrameBytes);
    expect(() => new FrameReader().push(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(/at most/);
  });
});

describe('framed calls', () => {
  it('are multiplexed: each gets its own answer, in whatever order they come', async () => {
    const waiting: (() => void)[] = [];
    const { connect: to } = await serve({
      slow: (args: number) => new Promise((resolve) => waiting.push(() => resolve(args * 2))),
      fast: (args: number) => args + 1,
    });
    const client = await connect(to);
    const slow = Promise.all([1, 2, 3].map((n) => client.call('slow', n)));
    expect(await client.call('fast', 1)).toBe(2);
    for (const release of waiting.toReversed()) release();
    expect(await slow).toEqual([2, 4, 6]);
  });

  it('carry the server’s code, and `bug` for what nobody foresaw', async () => {
    const { connect: to } = await serve({
      refuse() {
        throw new RpcError('not-writer', 'I am a reader');
      },
      crash() {
        throw new TypeError('oops');
      },
    });
    const client = await connect(to);
    await expect(client.call('refuse', {})).rejects.toMatchObject({ code: 'not-writer', message: 'I am a reader' });
    await expect(client.call('crash', {})).rejects.toMatchObject({ code: 'bug', message: 'oops' });
    await expect(client.call('toString', {})).rejects.toMatchObject({ code: 'no-such-method' });
  });

  it('tell a request that surely never left from one whose outcome nobody knows', async () => {
    const { server, connect: to } = await serve({ hang: () => new Promise(() => {}) });
    const client = await connect(to);
    await expect(client.call('hang', {}, 30)).rejects.toMatchObject({ code: 'unknown' });
    const lost = client.call('hang', {}, null);
    const outcome = expect(lost).rejects.toMatchObject({ code: 'unknown' });
    await eventually('the call has left', async () => (await client.call('nothing', {}).catch(() => true)) === true);
    await server.close();
    await outcome;
    await expect(client.call('hang', {})).rejects.toMatchObject({ code: 'not-sent' });
    await expect(connectFramed({ connect: to, token: 'secret' })).rejects.toMatchObject({ code: 'not-sent' });
  });

  it('connect again by themselves when the server is back, and show the token again', async () => {
    const first = await serve({ who: () => 'first' });
    const client = new FramedClient({ connect: first.connect, token: 'secret', reconnect: true, retryMsMax: 20 });
    ends.push(() => client.close());
    expect(await eventually('connected', () => client.connected && client.call('who', {}))).toBe('first');
    await first.server.close();
    await eventually('disconnected', () => !client.connected);
    await serve({ who: () => 'second' }, first.connect.port);
    expect(await eventually('connected again', () => client.connected && client.call('who', {}))).toBe('second');
  });

  it('give nothing to whoever does not show the token first', async () => {
    const called: unknown[] = [];
    const { server, connect: to } = await serve({ secret: (args: unknown) => called.push(args) });
    const wrong = await connectFramed({ connect: to, token: 'sEcret' });
    await expect(wrong.call('secret', 1)).rejects.toMatchObject({ code: 'unknown' });
    const none = await connectFramed({ connect: to, token: null });
    server.notifyAll('news', 'not for you');
    await expect(none.call('secret', 2)).rejects.toMatchObject({ code: 'unknown' });
    expect(called).toEqual([]);
  });

  it('close on bytes that are no frames, and go on serving others', async () => {
    const { connect: to } = await serve({ ping: () => 'pong' });
    const client = await connect(to);
    const browser = createConnection(to);
    const closed = new Promise((resolve) => browser.once('close', resolve));
    browser.on('error', () => {}).write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await closed;
    expect(await client.call('ping', {})).toBe('pong');
  });

  it('notify every peer, and notice when one goes', async () => {
    const gone: string[] = [];
    const heard: unknown[] = [];
    const { server, connect: to } = await serve({
      watch(name: string, peer) {
        peer.onClose(() => gone.push(name));
        return null;
      },
    });
    const listen = (name: string) =>
      connectFramed({ connect: to, token: 'secret', onNotify: (method, args) => heard.push([name, method, args]) });
    const [one, two] = await Promise.all([listen('one'), listen('two')]);
    ends.push(() => two.close());
    await one.call('watch', 'one');
    await two.call('watch', 'two');
    server.notifyAll('role', { role: 'writer' });
    await eventually('both heard', () => heard.length === 2);
    expect(heard).toHaveLength(2);
    for (const name of ['one', 'two']) expect(heard).toContainEqual([name, 'role', { role: 'writer' }]);
    one.close();
    await eventually('noticed', () => gone.length === 1);
    expect(gone).toEqual(['one']);
  });
});
