import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { servePorthole } from '../../../sim/porthole/porthole.ts';
import { PortholeClient } from '../../../sim/substrate/docker/porthole-client.ts';
import { removeFolder, temporaryFolder } from '../../support/part-process.ts';
import { eventually } from '../../support/until.ts';

const loopback = '127.0.0.1';
let folder: string;
let remote: string;
let porthole: Server | null;
let client: PortholeClient;
const connections = new Set<Socket>();

beforeEach(async () => {
  folder = temporaryFolder();
  remote = join(folder, 'remote');
  for (const cell of ['a', 'b', 'outside']) mkdirSync(join(remote, cell), { recursive: true });
  await open();
  client = new PortholeClient({ token: 'secret', at: () => (porthole ? addressOf(porthole) : null) });
});
afterEach(async () => {
  client.close();
  close();
  removeFolder(folder);
});

async function open(): Promise<void> {
  porthole = await servePorthole({ host: loopback, port: 0 }, { token: 'secret', events: remote });
  porthole.on('connection', (socket) => connections.add(socket));
}

/** As SIGKILL does: every connection breaks. */
function close(): void {
  porthole?.close();
  porthole = null;
  for (const socket of connections) socket.destroy();
  connections.clear();
}

function addressOf(server: Server): { host: string; port: number } {
  return { host: loopback, port: (server.address() as AddressInfo).port };
}

/** Sends an opening as it is, and resolves with all that comes back until the end. */
function say(opening: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(addressOf(porthole!));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => {});
    socket.once('close', () => resolve(text));
    socket.write(opening);
  });
}

async function echo(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  await new Promise<void>((done) => server.listen(0, loopback, done));
  return server;
}

it('shows nothing to whom does not know its secret, or says what it does not understand', async () => {
  const target = await echo();
  const to = addressOf(target);
  const good = (value: object) => `${JSON.stringify(value)}\nhello`;
  const refused = [
    good({ to }),
    good({ token: 'secre', to }),
    good({ token: 'secret!', to }),
    good({ token: ['secret'], to }),
    good({ token: 'secret' }),
    good({ token: 'secret', to: { host: loopback, port: 'x' } }),
    good({ token: 'secret', to: { host: loopback, port: 70_000 } }),
    good({ token: 'wrong', events: true, from: null }),
    'GET / HTTP/1.1\r\n\r\n',
    'null\n',
  ];
  expect(await Promise.all(refused.map(say))).toEqual(refused.map(() => ''));
  target.close();
});

it('passes bytes on both ways, many and mixed, ends included', async () => {
  const target = await echo();
  const { port } = addressOf(target);
  const at = await client.tunnel(loopback, port);
  expect(await client.tunnel(loopback, port)).toEqual(at);
  const sent = Buffer.alloc(3_000_000, 'petri');
  const through = () =>
    new Promise<Buffer>((resolve, reject) => {
      const socket = createConnection({ ...at, allowHalfOpen: true });
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.once('error', reject);
      socket.once('end', () => resolve(Buffer.concat(chunks)));
      socket.end(sent);
    });
  const answers = await Promise.all([through(), through(), through()]);
  expect(answers.every((answer) => answer.equals(sent))).toBe(true);
  target.close();
});

it('breaks a connection where nobody listens, and where the porthole itself is gone', async () => {
  const target = await echo();
  const at = await client.tunnel(loopback, addressOf(target).port);
  const broken = () =>
    new Promise<string>((resolve) => {
      const socket = createConnection(at);
      socket.on('error', () => {});
      socket.once('data', () => resolve('answered'));
      socket.once('close', () => resolve('broken'));
      socket.write('hello');
    });
  expect(await broken()).toBe('answered');
  target.close();
  expect(await broken()).toBe('broken');
  close();
  expect(await broken()).toBe('broken');
});

it('copies events from now on: whole lines, each once, through rotation, new files and its own restarts', async () => {
  const local = join(folder, 'local');
  const web = join(remote, 'a', 'a.web.1.ndjson');
  writeFileSync(web, 'before\n');
  await client.followEvents(local);
  const copy = (name: string) => (existsSync(join(local, name)) ? readFileSync(join(local, name), 'utf8') : '');
  const arrives = (name: string, text: string) => eventually(`${name} as ${text}`, () => copy(name) === text);

  appendFileSync(web, 'one\ntw');
  await arrives('a.web.1.ndjson', 'one\n');
  appendFileSync(web, 'o\n');
  await arrives('a.web.1.ndjson', 'one\ntwo\n');
  appendFileSync(web, 'three\n');
  renameSync(web, `${web}.1`);
  writeFileSync(web, 'four\n');
  await arrives('a.web.1.ndjson', 'one\ntwo\nthree\nfour\n');
  appendFileSync(join(remote, 'outside', 'map.ndjson'), 'm1\n');
  await arrives('map.ndjson', 'm1\n');

  close();
  appendFileSync(web, 'five\n');
  renameSync(web, `${web}.1`);
  writeFileSync(web, 'six\n');
  writeFileSync(join(remote, 'b', 'b.sqs.ndjson'), 'q1\n');
  appendFileSync(join(remote, 'outside', 'map.ndjson'), 'm2\n');
  await open();
  await arrives('a.web.1.ndjson', 'one\ntwo\nthree\nfour\nfive\nsix\n');
  await arrives('b.sqs.ndjson', 'q1\n');
  await arrives('map.ndjson', 'm1\nm2\n');
});

it("takes no event from a cell under another's name", async () => {
  const local = join(folder, 'local');
  await client.followEvents(local);
  writeFileSync(join(remote, 'a', 'b.web.1.ndjson'), 'forged\n');
  writeFileSync(join(remote, 'a', 'supervisor.ndjson'), 'forged\n');
  writeFileSync(join(remote, 'a', 'a.web.1.ndjson'), 'own\n');
  const own = join(local, 'a.web.1.ndjson');
  await eventually('its own', () => existsSync(own) && readFileSync(own, 'utf8') === 'own\n');
  expect(existsSync(join(local, 'b.web.1.ndjson'))).toBe(false);
  expect(existsSync(join(local, 'supervisor.ndjson'))).toBe(false);
});
