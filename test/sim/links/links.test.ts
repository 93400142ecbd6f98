import { createConnection, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Links } from '../../../sim/links/links.ts';
import type { LinkRule } from '../../../sim/faults/fault.ts';
import { eventually } from '../../support/until.ts';

const host = '127.0.0.1';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a link', () => {
  const links = new Links(Math.random);
  let server: Server;
  let far: { host: string; port: number };
  let near: { host: string; port: number };
  const farSockets: Socket[] = [];
  const clients: Socket[] = [];

  /** The far side: what it does with each connection is the test's choice; by default it echoes, and ends when told so. */
  const serve = async (port: number, take = (socket: Socket) => void socket.pipe(socket)) => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      farSockets.push(socket);
      take(socket);
    });
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
  };
  const stopServing = async () => {
    for (const socket of farSockets.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  const connect = (): Socket => {
    const socket = createConnection({ ...near, allowHalfOpen: true });
    socket.on('error', () => {});
    clients.push(socket);
    return socket;
  };

  beforeEach(async () => {
    far = { host, port: await freePort() };
    near = { host, port: await freePort() };
    await links.set([{ name: 'router->b', listen: near, to: far }]);
  });
  afterEach(async () => {
    for (const socket of clients.splice(0)) socket.destroy();
    links.clearRule('f1');
    links.clearRule('f2');
    await links.close();
    if (server?.listening) await stopServing();
  });

  const rule = (value: LinkRule, id = 'f1') => links.setRule(id, ['router->b'], value);
  const heal = (id = 'f1') => links.clearRule(id);

  it('carries bytes both ways and says how many', async () => {
    await serve(far.port);
    expect(await ask(connect(), 'hello')).toBe('hello');
    expect(links.status()).toEqual([{ name: 'router->b', rules: [], connections: 1, bytes: 10 }]);
  });

  it('carries a half-close over: the answer comes after our end', async () => {
    await serve(far.port, (socket) => {
      const heard: Buffer[] = [];
      socket.on('data', (chunk) => heard.push(chunk));
      socket.on('end', () => socket.end(`heard ${Buffer.concat(heard).toString()}`));
    });
    const client = connect();
    const all = collect(client);
    client.end('everything');
    expect((await all).toString()).toBe('heard everything');
    await eventually('the connection forgotten', () => links.status()[0]?.connections === 0);
  });

  it('resets the client at once where the far side refuses, and works at once when it is back', async () => {
    const beganMs = performance.now();
    expect(await fate(connect())).toBe('ECONNRESET');
    expect(performance.now() - beganMs).toBeLessThan(1000);
    expect((await links.probe('router->b'))?.outcome).toBe('refused');
    await serve(far.port);
    expect(await ask(connect(), 'back')).toBe('back');
    expect((await links.probe('router->b'))?.outcome).toBe('passes');
  });

  it('passes on at once that either side has closed or reset', async () => {
    await serve(far.port);
    const closed = connect();
    await ask(closed, 'x');
    farSockets.pop()?.end();
    expect(await fate(closed)).toBe('end');
    const reset = connect();
    await ask(reset, 'x');
    farSockets.pop()?.resetAndDestroy();
    expect(await fate(reset)).toBe('ECONNRESET');
    const ours = connect();
    await ask(ours, 'x');
    const theirs = fate(farSockets.pop() as Socket);
    ours.resetAndDestroy();
    expect(await theirs).toBe('ECONNRESET');
  });

  it('cuts open and new connections without a word, and lets everything flow on when healed', async () => {
    await serve(far.port);
    const open = connect();
    await ask(open, 'before');
    rule({ kind: 'cut', direction: 'both' });
    const fresh = connect();
    const answers = [ask(open, 'one'), ask(fresh, 'two')];
    const first = await Promise.race([...answers, pause(150)]);
    expect(first).toBe('silence');
    expect(fresh.connecting).toBe(false);
    expect(farSockets).toHaveLength(1);
    expect(await links.probe('router->b')).toEqual({ outcome: 'silent', latencyMs: null, rules: ['f1'] });
    heal();
    expect(await Promise.all(answers)).toEqual(['one', 'two']);
  });

  it('cuts one way: the far side hears us, and we do not hear it', async () => {
    await serve(far.port);
    const client = connect();
    await ask(client, 'before');
    const heard = heardBy(farSockets[0] as Socket);
    rule({ kind: 'cut', direction: 'from' });
    const answer = ask(client, 'one');
    await eventually('the far side to hear it', () => heard() === 'one');
    expect(await Promise.race([answer, pause(100)])).toBe('silence');
    heal();
    expect(await answer).toBe('one');
    rule({ kind: 'cut', direction: 'to' });
    client.write('two');
    const word = collectOnce(client);
    farSockets[0]?.write('unasked');
    expect(await word).toBe('unasked');
    expect(heard()).toBe('one');
  });

  it('holds back a close and a refusal that a cut would hold back', async () => {
    await serve(far.port);
    const client = connect();
    await ask(client, 'x');
    rule({ kind: 'cut', direction: 'both' });
    await stopServing();
    const end = fate(client);
    const refused = fate(connect());
    expect(await Promise.race([end, refused, pause(100)])).toBe('silence');
    heal();
    expect(await refused).toBe('ECONNRESET');
    expect(['end', 'ECONNRESET']).toContain(await end);
  });

  it('delays by the sum of its latencies, once per request and answer', async () => {
    await serve(far.port);
    const client = connect();
    await ask(client, 'x');
    rule({ kind: 'latency', latencyMs: 60, jitterMs: 0 });
    rule({ kind: 'latency', latencyMs: 40, jitterMs: 10 }, 'f2');
    const beganMs = performance.now();
    await ask(client, 'late');
    const tookMs = performance.now() - beganMs;
    expect(tookMs).toBeGreaterThan(88);
    expect(tookMs).toBeLessThan(1000);
    const seen = await links.probe('router->b');
    expect(seen?.outcome).toBe('passes');
    expect(seen?.latencyMs).toBeGreaterThan(88);
    expect(links.status()[0]?.rules).toEqual(['f1', 'f2']);
  });

  it('resets open connections at once and new ones after some bytes', async () => {
    await serve(far.port);
    const open = connect();
    await ask(open, 'x');
    const end = fate(open);
    rule({ kind: 'reset', afterBytes: 10 });
    expect(await end).toBe('ECONNRESET');
    const fresh = connect();
    expect(await ask(fresh, 'four')).toBe('four');
    const second = fate(fresh);
    fresh.write('four');
    expect(await second).toBe('ECONNRESET');
    heal();
    expect(await ask(connect(), 'and more than ten bytes')).toBe('and more than ten bytes');
  });

  it('shares a narrow line among its connections, each way, and is as wide as before when healed', async () => {
    await serve(far.port);
    const [one, other] = [connect(), connect()];
    await Promise.all([ask(one, 'x'), ask(other, 'x')]);
    rule({ kind: 'bandwidth', bytesPerSecond: 20_000 });
    const beganMs = performance.now();
    await Promise.all([ask(one, 'o'.repeat(3000)), ask(other, 'o'.repeat(3000))]);
    // 6,000 bytes take 300 ms, and the first of them are on their way back while the last are still on their way there.
    const tookMs = performance.now() - beganMs;
    expect(tookMs).toBeGreaterThan(290);
    expect(tookMs).toBeLessThan(2000);
    expect((await links.probe('router->b', 2000))?.latencyMs).toBeGreaterThan(190);
    const answer = ask(one, 'o'.repeat(1_000_000));
    await pause(50);
    const healedMs = performance.now();
    heal();
    await answer;
    expect(performance.now() - healedMs).toBeLessThan(2000);
    expect((await links.probe('router->b', 2000))?.latencyMs).toBeLessThan(190);
  });

  it('lets no connection of a narrow line starve another', async () => {
    const heard = new Map<number, number>();
    await serve(far.port, (socket) => {
      const name = heard.size;
      heard.set(name, 0);
      socket.on('data', (chunk) => heard.set(name, (heard.get(name) ?? 0) + chunk.length));
    });
    rule({ kind: 'bandwidth', bytesPerSecond: 40_000 });
    for (let count = 0; count < 4; count++) connect().write(Buffer.alloc(100_000));
    await eventually('something of each to arrive', () => {
      const counts = [...heard.values()];
      return counts.length === 4 && counts.every((count) => count >= 4000);
    });
    const counts = [...heard.values()];
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2 * 2000);
  });

  it('lets each connection go silent after some bytes, in the middle of an answer, and flow on when healed', async () => {
    await serve(far.port);
    const open = connect();
    await ask(open, 'bytes from before do not count');
    rule({ kind: 'stall', afterBytes: 10 });
    const words: string[] = [];
    for (const client of [open, connect()]) {
      client.on('data', (chunk) => words.push(chunk.toString()));
      client.write('silence');
      await eventually('three bytes to come back', () => words.join('') === 'sil');
      expect(await Promise.race([fate(client), pause(50)])).toBe('silence');
      words.length = 0;
    }
    expect((await links.probe('router->b', 10))?.outcome).toBe('silent');
    expect((await links.probe('router->b', 5))?.outcome).toBe('passes');
    heal();
    await eventually('the rest of both', () => words.join('') === 'enceence');
    expect((await links.probe('router->b', 10))?.outcome).toBe('passes');
  });

  it('takes connections and says nothing on them where it stalls at once', async () => {
    await serve(far.port);
    rule({ kind: 'stall', afterBytes: 0 });
    const client = connect();
    const answer = ask(client, 'one');
    await eventually('the far side to be reached', () => farSockets.length === 1);
    expect(await Promise.race([answer, pause(100)])).toBe('silence');
    heal();
    expect(await answer).toBe('one');
  });

  it('lets an end come late, and the bytes before it in time', async () => {
    await serve(far.port);
    rule({ kind: 'slow-close', delayMs: 200 });
    const client = connect();
    await ask(client, 'x');
    farSockets.pop()?.end('last words');
    const beganMs = performance.now();
    const end = fate(client);
    expect(await Promise.race([end, collectOnce(client, 'last words'.length)])).toBe('last words');
    expect(await end).toBe('end');
    expect(performance.now() - beganMs).toBeGreaterThan(190);
    expect((await links.probe('router->b', 1, true))?.latencyMs).toBeGreaterThan(390);
    const other = connect();
    await ask(other, 'x');
    farSockets.pop()?.end();
    const ended = fate(other);
    expect(await Promise.race([ended, pause(50)])).toBe('silence');
    heal();
    expect(await ended).toBe('end');
  });

  it('keeps little in memory for a slow reader', async () => {
    const totalBytes = 64 * 1024 * 1024;
    await serve(far.port, (socket) => {
      const chunk = Buffer.alloc(1024 * 1024);
      let sent = 0;
      const more = () => {
        while (sent < totalBytes) {
          sent += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', more);
        }
        socket.end();
      };
      more();
    });
    const client = connect();
    client.pause();
    await eventually('bytes to stop flowing', async () => {
      const before = links.status()[0]?.bytes ?? 0;
      await pause(100);
      return before > 0 && before === links.status()[0]?.bytes;
    });
    // What has passed then sits in the kernel's socket buffers and in one write buffer of ours.
    expect(links.status()[0]?.bytes).toBeLessThan(24 * 1024 * 1024);
    const rest = collect(client);
    client.resume();
    expect((await rest).length).toBe(totalBytes);
  });

  it('keeps every byte in order, whatever the rules do meanwhile', async () => {
    await serve(far.port);
    const step = fc.oneof(
      fc.record({ send: fc.integer({ min: 1, max: 40_000 }) }),
      fc.record({ latencyMs: fc.integer({ min: 0, max: 15 }), jitterMs: fc.integer({ min: 0, max: 15 }) }),
      fc.record({ bytesPerSecond: fc.integer({ min: 500_000, max: 10_000_000 }) }),
      fc.record({ afterBytes: fc.integer({ min: 0, max: 60_000 }) }),
      fc.record({ delayMs: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ direction: fc.constantFrom('both' as const, 'to' as const, 'from' as const) }),
      fc.record({ heal: fc.constantFrom('f1', 'f2') }),
      fc.record({ waitMs: fc.integer({ min: 0, max: 10 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const client = connect();
        const echoed = collect(client);
        const sent: Buffer[] = [];
        for (const one of steps) {
          if ('send' in one) {
            const chunk = Buffer.alloc(one.send, `${sent.length}:${one.send},`);
            sent.push(chunk);
            client.write(chunk);
          } else if ('latencyMs' in one) rule({ kind: 'latency', ...one });
          else if ('bytesPerSecond' in one) rule({ kind: 'bandwidth', ...one });
          else if ('afterBytes' in one) rule({ kind: 'stall', ...one }, 'f2');
          else if ('delayMs' in one) rule({ kind: 'slow-close', ...one });
          else if ('direction' in one) rule({ kind: 'cut', ...one }, 'f2');
          else if ('heal' in one) heal(one.heal);
          else await pause(one.waitMs);
        }
        heal('f2');
        client.end();
        const whole = await echoed;
        heal('f1');
        expect(whole.equals(Buffer.concat(sent))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('adds and ends links while others go on, and refuses to probe one that is not there', async () => {
    await serve(far.port);
    const client = connect();
    await ask(client, 'x');
    const second = { name: 'b/web/1->b/aurora', listen: { host, port: await freePort() }, to: far };
    const first = { name: 'router->b', listen: near, to: far };
    links.setRule('f1', ['b/web/1->b/aurora'], { kind: 'cut', direction: 'both' });
    await links.set([first, second]);
    expect(await ask(client, 'y')).toBe('y');
    expect((await links.probe('b/web/1->b/aurora'))?.outcome).toBe('silent');
    const end = fate(client);
    await links.set([second]);
    expect(await end).toBe('ECONNRESET');
    expect(await links.probe('router->b')).toBeNull();
  });
});

const pause = (ms: number) => new Promise<'silence'>((resolve) => setTimeout(() => resolve('silence'), ms));

function ask(socket: Socket, words: string): Promise<string> {
  const answer = collectOnce(socket, words.length);
  socket.write(words);
  return answer;
}

function collectOnce(socket: Socket, length = 1): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const take = (chunk: Buffer) => {
      heard += chunk.toString();
      if (heard.length < length) return;
      socket.off('data', take);
      resolve(heard);
    };
    socket.on('data', take);
  });
}

function collect(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('end', () => resolve(Buffer.concat(chunks)));
    socket.once('error', reject);
  });
}

function heardBy(socket: Socket): () => string {
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  return () => heard;
}

/** How a connection ends: `end` or the error's code. */
function fate(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('end', () => resolve('end'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    socket.resume();
  });
}
