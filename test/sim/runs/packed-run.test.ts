import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packRun, unpackRun } from '../../../sim/runs/packed-run.ts';
import { openRun } from '../../../sim/runs/read-run.ts';
import { RunFolderError } from '../../../sim/runs/run-folder-error.ts';
import { recordedRun, writeRun } from '../../support/recorded-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-pack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = recordedRun();

function recorded(): string {
  const path = writeRun(run, join(folder, 'run'));
  mkdirSync(join(path, 'logs'));
  writeFileSync(join(path, 'logs', 'b.web.1.log'), 'hello\n');
  return path;
}

/** A compressed archive of these entries. */
async function archive(entries: readonly (tar.Headers & { readonly body?: string })[]): Promise<string> {
  const pack = tar.pack();
  for (const { body = '', ...header } of entries) pack.entry({ size: Buffer.byteLength(body), ...header }, body);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  const file = join(folder, 'made.petri');
  writeFileSync(file, gzipSync(Buffer.concat(chunks)));
  return file;
}

test('a packed run is read like its folder', async () => {
  const file = join(folder, 'ticket.petri');
  const { bytes } = await packRun(recorded(), file);
  expect(readFileSync(file)).toHaveLength(bytes);
  const opened = await openRun(file);
  const events = [];
  for await (const event of opened.events()) events.push(event);
  const { plan, petri, metrics, verdict, scenario, world } = opened;
  expect({ plan, petri, metrics, verdict, scenario, world, events }).toEqual(run);
  expect(readFileSync(join(opened.folder, 'logs', 'b.web.1.log'), 'utf8')).toBe('hello\n');
});

test('the same run is packed into the same bytes', async () => {
  const path = recorded();
  await packRun(path, join(folder, 'one.petri'));
  await packRun(path, join(folder, 'two.petri'));
  expect(readFileSync(join(folder, 'one.petri')).equals(readFileSync(join(folder, 'two.petri')))).toBe(true);
});

test('what is beside a run in its folder is left out', async () => {
  const path = recorded();
  writeFileSync(join(path, 'secrets.txt'), 'no');
  symlinkSync('/etc/passwd', join(path, 'logs', 'link.log'));
  await packRun(path, join(folder, 'ticket.petri'));
  const opened = await openRun(join(folder, 'ticket.petri'));
  expect(existsSync(join(opened.folder, 'secrets.txt'))).toBe(false);
  expect(readdirSync(join(opened.folder, 'logs'))).toEqual(['b.web.1.log']);
});

describe('refused, with nothing left behind:', () => {
  const plan = { name: 'plan.json', body: '{}' } as const;
  test.each<[string, readonly (tar.Headers & { readonly body?: string })[]]>([
    ['a path that leads out', [plan, { name: '../evil.txt', body: 'x' }]],
    ['a path that leads out of logs', [plan, { name: 'logs/../../evil.txt', body: 'x' }]],
    ['a hidden log', [plan, { name: 'logs/.bashrc', body: 'x' }]],
    ['an absolute path', [plan, { name: '/tmp/evil.txt', body: 'x' }]],
    ['a file that no run has', [plan, { name: 'evil.sh', body: 'x' }]],
    ['a symbolic link', [plan, { name: 'events.ndjson', type: 'symlink', linkname: '/etc/passwd' }]],
    ['a hard link', [plan, { name: 'events.ndjson', type: 'link', linkname: 'plan.json' }]],
    ['a folder', [plan, { name: 'logs', type: 'directory' }]],
    ['a device', [plan, { name: 'events.ndjson', type: 'character-device', devmajor: 1, devminor: 3 }]],
    ['a file that comes twice', [plan, plan]],
    ['an archive that holds no run', [{ name: 'world.yaml', body: 'x' }]],
  ])('%s', async (_, entries) => {
    const file = await archive(entries);
    const target = join(folder, 'target');
    await expect(unpackRun(file, target)).rejects.toThrow(RunFolderError);
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder)).toEqual(['made.petri']);
  });

  test('more than a run can be', async () => {
    const bounds = { files: 10, fileBytes: 1000, allBytes: 100_000 };
    const big = await archive([plan, { name: 'events.ndjson', body: 'x'.repeat(1001) }]);
    await expect(unpackRun(big, join(folder, 'target'), bounds)).rejects.toThrow(/larger than a run can be/);
    const many = await archive([
      plan,
      ...Array.from({ length: 10 }, (_, at) => ({ name: `logs/${at}.log`, body: 'x' })),
    ]);
    await expect(unpackRun(many, join(folder, 'target'), bounds)).rejects.toThrow(/larger than a run can be/);
    const bomb = join(folder, 'bomb.petri');
    writeFileSync(bomb, gzipSync(Buffer.alloc(1_000_000)));
    await expect(unpackRun(bomb, join(folder, 'target'), bounds)).rejects.toThrow(RunFolderError);
    expect(existsSync(join(folder, 'target'))).toBe(false);
  });

  test.each([
    ['a file that is not compressed', Buffer.from('petri: 1\n')],
    ['a compressed file that is no archive', gzipSync('hello')],
    ['an archive that was cut off', gzipSync(Buffer.alloc(4096, 'x')).subarray(0, 20)],
  ])('%s', async (_, bytes) => {
    const file = join(folder, 'made.petri');
    writeFileSync(file, bytes);
    await expect(unpackRun(file, join(folder, 'target'))).rejects.toThrow(/is no packed run/);
  });
});
