import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSocketServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineAddresses } from '../../../../sim/substrate/docker/engine-address.ts';
import { connectEngine } from '../../../../sim/substrate/docker/engine.ts';
import { engineForTests } from '../../../support/docker.ts';

const here = await engineForTests();

let home: string;
const servers: Server[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'petri-engine-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  rmSync(home, { recursive: true, force: true });
});

const surroundings = (env: Record<string, string> = {}) => ({ env, home, platform: 'linux' as const });
const modern = { Version: '28.2.2', ApiVersion: '1.51', MinAPIVersion: '1.24', Os: 'linux', Arch: 'arm64' };

/** Something that listens at a socket of the test's own; its path. */
async function listen(server: Server): Promise<string> {
  const path = join(home, 'docker.sock');
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

/** An engine that answers every question about its version so, and what it was asked for. */
async function fakeEngine(version: object): Promise<{ readonly host: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const answer: RequestListener = (request, response) => {
    asked.push(request.url!);
    response.setHeader('connection', 'close').setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url!.endsWith('/version') ? version : {}));
  };
  return { host: `unix://${await listen(createServer(answer))}`, asked };
}

const connect = (host: string, more: object = {}) =>
  connectEngine({ surroundings: surroundings({ DOCKER_HOST: host }), ...more });

describe('which engine it is', () => {
  const names = (env: Record<string, string> = {}) =>
    engineAddresses(surroundings(env)).map(({ name, from, isRemote }) => [name, from, isRemote]);

  function makeContext(name: string, host: string): void {
    const folder = join(home, '.docker', 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  }
  function setContext(name: string): void {
    mkdirSync(join(home, '.docker'), { recursive: true });
    writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ currentContext: name }));
  }

  test('the usual socket, then those of Docker Desktop and its like that are there', () => {
    expect(names()).toEqual([['unix:///var/run/docker.sock', null, false]]);
    mkdirSync(join(home, '.colima', 'default'), { recursive: true });
    writeFileSync(join(home, '.colima', 'default', 'docker.sock'), '');
    expect(names().map(([name]) => name)).toEqual([
      'unix:///var/run/docker.sock',
      `unix://${home}/.colima/default/docker.sock`,
    ]);
  });

  test('the current context before that, DOCKER_CONTEXT before it, DOCKER_HOST before all', () => {
    makeContext('big', 'ssh://build@big');
    makeContext('lab', 'unix:///run/lab.sock');
    setContext('lab');
    expect(names()).toEqual([['unix:///run/lab.sock', 'the Docker context lab', false]]);
    expect(names({ DOCKER_CONTEXT: 'big' })).toEqual([['ssh://build@big', 'the Docker context big', true]]);
    expect(names({ DOCKER_CONTEXT: 'default' })).toEqual([['unix:///var/run/docker.sock', null, false]]);
    expect(names({ DOCKER_CONTEXT: 'big', DOCKER_HOST: 'unix:///run/my.sock' })).toEqual([
      ['unix:///run/my.sock', 'DOCKER_HOST', false],
    ]);
  });

  test.each([
    ['tcp://127.0.0.1:2375', false],
    ['tcp://[::1]:2375', false],
    ['tcp://localhost:2375', false],
    ['tcp://127.0.0.1.example.org:2375', true],
    ['tcp://10.0.0.7:2376', true],
    ['10.0.0.7:2376', true],
    ['https://engine.example.org', true],
    ['ssh://127.0.0.1', true],
    ['npipe:////./pipe/docker_engine', false],
  ])('%s is on another machine: %s', (host, isRemote) => {
    expect(names({ DOCKER_HOST: host })).toEqual([[host, 'DOCKER_HOST', isRemote]]);
  });

  test.each(['nonsense://x', 'unix://relative', 'unix://', 'tcp://'])('%s is no address', (host) => {
    expect(() => names({ DOCKER_HOST: host })).toThrow(/DOCKER_HOST says .* no address of a Docker engine/);
  });

  test('a context that is not there, and a config that is none, are named', () => {
    expect(() => names({ DOCKER_CONTEXT: 'gone' })).toThrow('there is no Docker context gone: docker context ls');
    mkdirSync(join(home, '.docker'));
    writeFileSync(join(home, '.docker', 'config.json'), '{');
    expect(() => names()).toThrow(/config\.json cannot be read as JSON/);
  });
});

describe('an engine that can be used', () => {
  test('says what it is, and is spoken to in the API that Petri knows', async () => {
    const { host, asked } = await fakeEngine(modern);
    const { client, ...engine } = await connect(host);
    expect(engine).toEqual({ name: host, isRemote: false, version: '28.2.2', apiVersion: '1.41' });
    await client.info();
    expect(asked).toEqual(['/version', '/v1.41/info']);
  });

  test('is spoken to in its oldest API where that is newer', async () => {
    const { host, asked } = await fakeEngine({ ...modern, MinAPIVersion: '1.44' });
    const { client } = await connect(host);
    await client.info();
    expect(asked.at(-1)).toBe('/v1.44/info');
  });

  test('is the one that was chosen, whatever DOCKER_HOST says to dockerode', async () => {
    const { host, asked } = await fakeEngine(modern);
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = 'tcp://127.0.0.1:9';
    try {
      await connect(host);
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
    expect(asked).toEqual(['/version']);
  });

  test.runIf(here)('the one of this machine', async () => {
    expect((await connectEngine()).version).toMatch(/^\d+\.\d+/);
  });
});

describe('an engine that cannot be used is a sentence with the next step', () => {
  const failure = (code: string, message: RegExp) => ({
    name: 'DockerError',
    code,
    message: expect.stringMatching(message),
  });

  test('none', async () => {
    await expect(connect(`unix://${home}/none.sock`)).rejects.toMatchObject(
      failure(
        'no-engine',
        /^no Docker engine answers at .*none\.sock \(ENOENT\): start Docker .* or grow the world with --on process$/,
      ),
    );
  });

  test('one that left its socket behind', async () => {
    const server = createSocketServer();
    const path = await listen(server);
    linkSync(path, `${path}.stale`);
    await new Promise((resolve) => servers.pop()!.close(resolve));
    await expect(connect(`unix://${path}.stale`)).rejects.toMatchObject(
      failure('no-engine', /\(ECONNREFUSED\): start Docker/),
    );
  });

  test.runIf(process.geteuid?.() === 0)('one that this user may not talk to', async () => {
    const { host } = await fakeEngine(modern);
    await connect(host);
    process.seteuid!(65534);
    try {
      await expect(connect(host)).rejects.toMatchObject(
        failure(
          'no-permission',
          /^you may not use the Docker engine at .*: sudo usermod -aG docker \$USER and log in again/,
        ),
      );
    } finally {
      process.seteuid!(0);
    }
  });

  test('one that is too old', async () => {
    const { host } = await fakeEngine({ ...modern, Version: '19.03.15', ApiVersion: '1.40' });
    await expect(connect(host)).rejects.toMatchObject(
      failure('too-old', /is 19\.03\.15 \(API 1\.40\), and Petri needs 20\.10 \(API 1\.41\) or newer: update Docker/),
    );
  });

  test('one that takes the connection and never answers', async () => {
    const path = await listen(createSocketServer((socket) => socket.on('error', () => {}).resume()));
    const since = performance.now();
    await expect(connect(`unix://${path}`, { answerMsMax: 200 })).rejects.toMatchObject(
      failure('hanging', /has not answered within 0\.2 s: restart Docker/),
    );
    expect(performance.now() - since).toBeLessThan(2000);
  });

  test('one on another machine, unless that is wanted', async () => {
    await expect(connect('ssh://build@big')).rejects.toMatchObject(
      failure('remote', /on another machine, ssh:\/\/build@big \(DOCKER_HOST\): --allow-remote/),
    );
    await expect(connect('tcp://petri.invalid:2375', { allowRemote: true })).rejects.toMatchObject(
      failure('no-engine', /^no Docker engine answers at tcp:\/\/petri\.invalid:2375/),
    );
  });

  test('one that runs Windows containers', async () => {
    const { host } = await fakeEngine({ ...modern, Os: 'windows' });
    await expect(connect(host)).rejects.toMatchObject(
      failure('not-an-engine', /switch Docker Desktop to Linux containers/),
    );
  });

  test('something else that answers', async () => {
    const { host } = await fakeEngine({ hello: 'world' });
    await expect(connect(host)).rejects.toMatchObject(failure('not-an-engine', /is no Docker engine: set DOCKER_HOST/));
    await new Promise((resolve) => servers.pop()!.close(resolve));
    const path = await listen(createSocketServer((socket) => socket.resume().end('220 mail.example.org ESMTP\r\n')));
    await expect(connect(`unix://${path}`)).rejects.toMatchObject(failure('not-an-engine', /is no Docker engine \(/));
  });
});
