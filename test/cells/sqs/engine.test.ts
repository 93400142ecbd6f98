import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findEngine, prepareRedis, readVersion, redisConfig } from '../../../cells/sqs/engine.ts';
import { freeEndpoints, partConfig, removeFolder, startPart, temporaryFolder } from '../../support/part-process.ts';

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => removeFolder(folder));

/** A folder with one program that prints a version, as PATH would name it. */
function pathWith(file: string, prints: string, mode = 0o755): string {
  const bin = join(folder, `${file}-${prints.replaceAll(/\W/g, '')}-${mode}`);
  mkdirSync(bin);
  writeFileSync(join(bin, file), `#!/bin/sh\necho '${prints}'\n`);
  chmodSync(join(bin, file), mode);
  return bin;
}

test('without Redis or Valkey on PATH the embedded engine is used', async () => {
  expect(await findEngine(folder)).toEqual({ kind: 'embedded' });
  expect(await findEngine('')).toEqual({ kind: 'embedded' });
});

test('the first engine that runs and is new enough is used', async () => {
  const old = pathWith('redis-server', 'Redis server v=6.0.16 sha=0');
  const broken = pathWith('redis-server', 'Redis server v=7.2.0 sha=0', 0o644);
  const valkey = pathWith('valkey-server', 'Valkey server v=8.1.3 sha=0');
  const executable = join(valkey, 'valkey-server');
  expect(await findEngine([old, broken, valkey].join(':'))).toEqual({
    kind: 'redis',
    name: 'valkey',
    executable,
    version: '8.1.3',
  });
});

test.each([
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0', '7.0.15'],
  ['Redis server v=6.2.0', '6.2.0'],
  ['Redis server v=6.1.9', null],
  ['Redis server v=10.0.1', '10.0.1'],
  ['something else', null],
])('%s is version %s', (output, version) => {
  expect(readVersion(output)).toBe(version);
});

test('the password is in a file that only its owner reads, and in no argument', async () => {
  const volume = join(folder, 'sqs volume');
  const args = await prepareRedis({ host: '127.0.0.1', port: 1234 }, volume, 'pass"word');
  expect(args).toEqual([join(volume, 'redis.conf')]);
  expect(statSync(args[0]!).mode & 0o777).toBe(0o600);
  expect(readFileSync(args[0]!, 'utf8')).toBe(redisConfig({ host: '127.0.0.1', port: 1234 }, volume, 'pass"word'));
  expect(redisConfig({ host: '127.0.0.1', port: 1234 }, volume, 'pass"word')).toContain('requirepass "pass\\"word"');
});

test('the embedded engine listens on loopback only', async () => {
  const [listen] = await freeEndpoints(1);
  const part = await startPart(
    'cells/sqs/main.ts',
    folder,
    partConfig(folder, { address: 'a/sqs', listen: listen!, settings: {} }),
  );
  try {
    expect(await connects('127.0.0.1', listen!.port)).toBe(true);
    const others = Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of [...others, { address: '127.0.0.2' }])
      expect(await connects(address, listen!.port)).toBe(false);
  } finally {
    await part.kill();
  }
});

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1000 });
    const end = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
