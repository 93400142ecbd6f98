import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import tar from 'tar-stream';
import { connectEngine, type Engine } from '../../../../sim/substrate/docker/engine.ts';
import { loadImages, saveImages } from '../../../../sim/substrate/docker/image-archive.ts';
import { contextHash, imageContext, packContext } from '../../../../sim/substrate/docker/image-context.ts';
import { chooseImageNames, ensureImages, findImage, type Image } from '../../../../sim/substrate/docker/image.ts';
import { engineForTests } from '../../../support/docker.ts';

const root = join(import.meta.dirname, '../../../..');
const here = await engineForTests();

test('the nearest word on an image decides: flag, environment, world file, default', () => {
  const world = { node: 'world-node', redis: 'world-redis' };
  expect(chooseImageNames({}, {}, {})).toEqual({ node: 'node:24-slim', redis: 'redis:7-alpine' });
  expect(chooseImageNames({}, {}, world)).toEqual(world);
  expect(chooseImageNames({}, { NODE_IMAGE: 'my-node' }, world)).toEqual({ node: 'my-node', redis: 'world-redis' });
  expect(chooseImageNames({ node: 'flag-node' }, { NODE_IMAGE: 'my-node' }, world).node).toBe('flag-node');
});

describe('what the image is made from', () => {
  const paths = (architecture: string) => imageContext(architecture).files.map(({ path }) => path);

  test('has every program but those of the host, and the natives of its architecture alone', () => {
    const files = paths('x64');
    expect(files).toEqual(
      expect.arrayContaining(['cells/Dockerfile', 'dist/router.js', 'dist/web.main.js', 'dist/package.json']),
    );
    expect(files.filter((path) => /^dist\/(petri|supervisor|reaper|\.)/.test(path))).toEqual([]);
    const natives = files.filter((path) => path.endsWith('.node')).map((path) => path.split('/').at(-1));
    expect(natives).toEqual(['linux-x64.node', 'linuxmusl-x64.node']);
    expect(paths('arm64')).toContain('node_modules/better-sqlite3/prebuilds/linux-arm64.node');
    expect(imageContext('x64').bytes).toBeLessThan(25 * 1024 ** 2);
  });

  test('has every package that its programs load', () => {
    const { files } = imageContext('x64');
    const wanted = files
      .filter(({ path }) => /^dist\/[^/]+\.js$/.test(path))
      .flatMap(({ content }) => [
        ...content.toString().matchAll(/^import [^'"\n]*?(?:from )?['"]([^'"\n.][^'"\n]*)['"];?$/gm),
      ])
      .map(([, name]) => name!)
      .filter((name) => !isBuiltin(name));
    expect(wanted).toContain('better-sqlite3');
    const packaged = new Set(files.map(({ path }) => /^node_modules\/(.+)\/package\.json$/.exec(path)?.[1]));
    expect([...new Set(wanted)].filter((name) => !packaged.has(name))).toEqual([]);
  });

  test('is named by its content and what it stands on, wherever it is installed', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'petri-image-'));
    try {
      // As a package is installed into somebody's project: its dependencies stand beside it.
      const installed = join(elsewhere, 'node_modules', 'petri');
      mkdirSync(installed, { recursive: true });
      for (const path of ['dist', 'cells/Dockerfile'])
        cpSync(join(root, path), join(installed, path), { recursive: true });
      for (const name of ['better-sqlite3', 'lua-redis-wasm'])
        cpSync(join(root, 'node_modules', name), join(elsewhere, 'node_modules', name), { recursive: true });
      const name = () => contextHash(imageContext('x64', installed), 'sha256:base');
      const before = name();
      expect(before).toMatch(/^[0-9a-f]{12}$/);
      expect(before).toBe(contextHash(imageContext('x64', root), 'sha256:base'));
      expect(contextHash(imageContext('x64', installed), 'sha256:other')).not.toBe(before);
      writeFileSync(join(installed, 'dist', 'petri.js'), 'nothing of a container');
      expect(name()).toBe(before);
      writeFileSync(join(installed, 'dist', 'web.js'), 'something else');
      expect(name()).not.toBe(before);
      rmSync(join(installed, 'dist'), { recursive: true });
      expect(name).toThrow(/are not built .*: npm run setup/);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  test('is packed to the same bytes each time', async () => {
    const [one, other] = await Promise.all([0, 1].map(async () => text(await packContext(imageContext('x64')))));
    expect(one === other).toBe(true);
  });

  test('is what .dockerignore lets through to docker build', () => {
    const lets = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const isLet = (path: string) =>
      lets.some(
        (line) =>
          path === line.slice(1) ||
          path.startsWith(`${line.slice(1).replace(/\*$/, '')}${line.endsWith('*') ? '' : '/'}`),
      );
    expect(paths('x64').filter((path) => !isLet(path))).toEqual([]);
  });
});

describe.runIf(here)('on a real engine', () => {
  let engine: Engine;
  let petri: Image;
  const said: string[] = [];
  const label = `test-${randomBytes(4).toString('hex')}`;

  beforeAll(async () => {
    engine = await connectEngine();
    petri = (await ensureImages(engine, chooseImageNames(), (sentence) => said.push(sentence))).petri;
  }, 180_000);
  afterAll(async () => {
    const left = await engine.client.listContainers({ all: true, filters: { label: [`dev.petri.test=${label}`] } });
    await Promise.all(left.map(({ Id }) => engine.client.getContainer(Id).remove({ force: true, v: true })));
  });

  /** Runs one command in the image as parts run: no root, nothing writable. */
  async function inImage(...command: string[]): Promise<{ readonly exitCode: number; readonly output: string }> {
    const container = await engine.client.createContainer({
      Image: petri.name,
      Cmd: command,
      Labels: { 'dev.petri.test': label },
      Tty: true,
      HostConfig: { Init: true, ReadonlyRootfs: true, CapDrop: ['ALL'], NetworkMode: 'none', Tmpfs: { '/tmp': '' } },
    });
    try {
      const output = new PassThrough();
      (await container.attach({ stream: true, stdout: true, stderr: true })).pipe(output);
      await container.start();
      const [{ StatusCode }, printed] = await Promise.all([
        container.wait() as Promise<{ StatusCode: number }>,
        text(output),
      ]);
      return { exitCode: StatusCode, output: printed };
    } finally {
      await container.remove({ force: true, v: true });
    }
  }

  test('is built once, and says how far it is', async () => {
    for (const sentence of said) expect(sentence).toMatch(/^(Pulling|Building petri:[0-9a-f]{12}(: step \d+ of \d+)?)/);
    const again: string[] = [];
    expect((await ensureImages(engine, chooseImageNames(), (sentence) => again.push(sentence))).petri).toEqual(petri);
    expect(again).toEqual([]);
  });

  test('runs as user 1000, whose folders are its own alone', async () => {
    const script =
      'const {statSync}=require("node:fs");const of=(path)=>{const s=statSync(path);return [s.uid,s.gid,(s.mode&0o777).toString(8)]};';
    const { output } = await inImage(
      'node',
      '-e',
      `${script}console.log(JSON.stringify([process.getuid(),of("volume"),of("events")]))`,
    );
    expect(JSON.parse(output)).toEqual([1000, [1000, 1000, '700'], [1000, 1000, '700']]);
  });

  test('has the natives that its programs need', async () => {
    const sqlite =
      'const db = new (await import("better-sqlite3")).default(":memory:"); db.exec("create table t (a)");';
    const { output, exitCode } = await inImage(
      'node',
      '--input-type=module',
      '-e',
      `${sqlite} await import("lua-redis-wasm"); console.log("both")`,
    );
    expect({ exitCode, output: output.trim() }).toEqual({ exitCode: 0, output: 'both' });
  });

  test('loads every program, from the cache that was made with it', async () => {
    const inside = readdirSync(join(root, 'dist'))
      .flatMap((name) => /^(.+)\.main\.js$/.exec(name)?.[1] ?? [])
      .filter((name) => !['petri', 'supervisor', 'reaper'].includes(name));
    expect(inside.length).toBeGreaterThan(9);
    const script = `for program in ${inside.join(' ')}; do NODE_DEBUG_NATIVE=COMPILE_CACHE node dist/$program.js </dev/null 2>&1 | grep -E 'was accepted|ERR_MODULE|Cannot find' | head -n 1; done`;
    const { output } = await inImage('sh', '-c', script);
    expect(output).not.toMatch(/ERR_MODULE|Cannot find/);
    expect(output.match(/was accepted/g)).toHaveLength(inside.length);
  });

  test('is healthy where something listens at 8000 or 8001, or a worker runs', async () => {
    const { Config } = await engine.client.getImage(petri.name).inspect();
    const [kind, check] = (Config as { Healthcheck?: { Test: string[] } }).Healthcheck!.Test;
    expect(kind).toBe('CMD-SHELL');
    const when = async (before: string) => (await inImage('sh', '-c', `${before} sleep 1; ${check}`)).exitCode;
    const listen = (port: number) => `node -e 'require("net").createServer().listen(${port})' &`;
    expect(await Promise.all([listen(8000), listen(8001), listen(8002), ''].map(when))).toEqual([0, 0, 1, 1]);
    expect(await when(`sh -c 'sleep 5; : dist/worker.js' &`)).toBe(0);
  });

  test('an image that is nowhere is a sentence, and a Redis that is nowhere the embedded engine', async () => {
    const nowhere = 'petri.invalid/nothing:1';
    await expect(ensureImages(engine, { ...chooseImageNames(), node: nowhere }, () => {})).rejects.toMatchObject({
      name: 'DockerError',
      code: 'no-image',
      message: expect.stringMatching(
        /^the image petri\.invalid\/nothing:1 is not at hand and cannot be pulled \(.+\): bring it with petri images load FILE, or name one that is here with NODE_IMAGE=…$/,
      ),
    });
    const { redis } = await ensureImages(engine, { ...chooseImageNames(), redis: nowhere }, () => {});
    expect(redis).toEqual({
      kind: 'embedded',
      reason: expect.stringMatching(/nothing:1 is not at hand .* run on the embedded engine$/),
    });
  });

  describe('an archive', () => {
    const folder = mkdtempSync(join(tmpdir(), 'petri-archive-'));
    const name = `petri-test-archive:${label}`;
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      await engine.client
        .getImage(name)
        .remove()
        .catch(() => {});
    });

    test('carries an image away and back', async () => {
      const content = tar.pack();
      content.entry({ name: 'note' }, 'small');
      content.finalize();
      const [repo, tag] = name.split(':');
      await text((await engine.client.importImage(content, { repo, tag })) as NodeJS.ReadableStream);
      const before = await findImage(engine, name);
      const file = join(folder, 'images.tar');
      const { bytes } = await saveImages(engine, [name], file, () => {}).done;
      expect(bytes).toBeGreaterThan(1000);
      expect(readdirSync(folder)).toEqual(['images.tar']);
      await engine.client.getImage(name).remove();
      expect(await findImage(engine, name)).toBeNull();
      expect(await loadImages(engine, file, () => {})).toEqual([name]);
      expect(await findImage(engine, name)).toEqual(before);
    });

    test('that cannot be made leaves nothing behind', async () => {
      const file = join(folder, 'none.tar');
      await expect(saveImages(engine, ['petri.invalid/nothing:1'], file, () => {}).done).rejects.toMatchObject({
        message: expect.stringMatching(/failed at saving petri\.invalid\/nothing:1: /),
      });
      const saving = saveImages(engine, [petri.name], file, () => {});
      const ended = expect(saving.done).rejects.toThrow();
      await saving.abandon();
      await ended;
      expect(existsSync(file)).toBe(false);
      expect(readdirSync(folder).filter((each) => each.endsWith('.partial'))).toEqual([]);
    });

    test('that is none, or is cut off, or is not there, is a sentence', async () => {
      const file = join(folder, 'cut.tar');
      writeFileSync(file, readFileSync(join(root, 'package.json')));
      await expect(loadImages(engine, file, () => {})).rejects.toThrow(
        /cut\.tar is no archive of images \(.*\): make one with petri images save FILE/,
      );
      writeFileSync(file, readFileSync(join(folder, 'images.tar')).subarray(0, 1500));
      await expect(loadImages(engine, file, () => {})).rejects.toThrow(/is no archive of images/);
      await expect(loadImages(engine, join(folder, 'gone.tar'), () => {})).rejects.toThrow(
        /gone\.tar cannot be read: ENOENT/,
      );
      await expect(loadImages(engine, folder, () => {})).rejects.toThrow(/cannot be read: it is not a file/);
    });
  });
});
