import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { engineForTests } from '../../support/docker.ts';
import { runPetri, temporaryStateHome } from '../../support/petri.ts';

const home = temporaryStateHome();
afterAll(() => rmSync(home, { recursive: true, force: true }));
const file = join(home, 'images.tar');
const nowhere = { DOCKER_HOST: `unix://${home}/none.sock` };

const here = await engineForTests();

describe('without an engine', () => {
  test('images ends with 69 and what to do', async () => {
    const { exitCode, stdout, stderr } = await runPetri(['images', 'pull'], home, nowhere);
    expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' });
    expect(stderr).toMatch(/^petri: no Docker engine answers at .*none\.sock \(ENOENT\): start Docker .*\n$/);
  });

  test('an engine on another machine is refused by name', async () => {
    const { exitCode, stderr } = await runPetri(['images', 'load', file], home, { DOCKER_HOST: 'ssh://build@big' });
    expect(exitCode).toBe(69);
    expect(stderr).toMatch(/^petri: the Docker engine is on another machine, ssh:\/\/build@big \(DOCKER_HOST\)/);
  });

  test('doctor says so, and that worlds grow on processes', async () => {
    const { exitCode, stdout } = await runPetri(['doctor'], home, nowhere);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('ok    Docker: no engine answers: worlds grow on processes\n');
  });
});

describe.runIf(here)('with an engine', () => {
  test('pull gets all images that a world needs, and again at once', async () => {
    const { exitCode, stdout } = await runPetri(['images', 'pull', '--json'], home);
    expect(exitCode).toBe(0);
    const images = JSON.parse(stdout) as { petri: { name: string } };
    expect(images).toMatchObject({
      petri: { name: expect.stringMatching(/^petri:[0-9a-f]{12}$/), id: expect.stringMatching(/^sha256:/) },
      base: { name: process.env.NODE_IMAGE ?? 'node:24-slim' },
      redis: { kind: 'image', name: process.env.REDIS_IMAGE ?? 'redis:7-alpine' },
    });
    const again = await runPetri(['images', 'pull'], home);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toMatch(
      new RegExp(`^${images.petri.name} is here, on .*\n.* is here; the queues run on it\n$`),
    );
  });

  test('save writes one file, over no other, and load takes it back', async () => {
    const saved = await runPetri(['images', 'save', file, '--json'], home);
    expect(saved.exitCode).toBe(0);
    const { bytes, images } = JSON.parse(saved.stdout) as { bytes: number; images: string[] };
    expect(statSync(file).size).toBe(bytes);
    expect(images).toHaveLength(3);
    expect(saved.stderr).toMatch(/^Saving petri:.*: \d+ MiB$/m);
    expect(await runPetri(['images', 'save', file], home)).toMatchObject({ exitCode: 64 });
    const loaded = await runPetri(['images', 'load', file, '--json'], home);
    expect(loaded.exitCode).toBe(0);
    expect((JSON.parse(loaded.stdout) as { images: string[] }).images.toSorted()).toEqual(images.toSorted());
    expect(readdirSync(home).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('a Redis that is nowhere is said, and nothing fails', async () => {
    const { exitCode, stdout } = await runPetri(['images', 'pull', '--redis-image', 'petri.invalid/redis:1'], home);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/petri\.invalid\/redis:1 is not at hand .* the queues run on the embedded engine\n$/);
  });

  test('a file that is no archive ends with 69 and what to do', async () => {
    const wrong = join(home, 'wrong.tar');
    writeFileSync(wrong, 'not an archive');
    const { exitCode, stderr } = await runPetri(['images', 'load', wrong], home);
    expect(exitCode).toBe(69);
    expect(stderr).toMatch(
      /^petri: .*wrong\.tar is no archive of images \(.*\): make one with petri images save FILE$/m,
    );
  });

  test('doctor names the engine and what is at hand', async () => {
    const { exitCode, stdout } = await runPetri(['doctor'], home);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^ok {4}Docker: engine \d+\.\d+[^;]* at unix:\/\/[^;]+; at hand: node:24-slim, redis:7-alpine, petri:/m,
    );
  });
});
