import { expect, it, beforeAll } from 'vitest';
import type Dockerode from 'dockerode';
import { buildDiaryImage, diaryContainer, engineForTests, makeDockerWorld } from '../../../support/docker.ts';
import { write } from '../conformance.ts';

const docker = await engineForTests();
it('slice', async () => {
  const t0 = performance.now();
  const lap = (what: string) => console.log(what, Math.round(performance.now() - t0));
  const image = await buildDiaryImage(docker as Dockerode);
  lap('image');
  const world = await makeDockerWorld(docker as Dockerode, image);
  lap('prepared');
  try {
    const { substrate } = world;
    substrate.onExit((exit) => lap('exit ' + JSON.stringify(exit)));
    substrate.onOutsideChange((c) => lap('change ' + JSON.stringify(c)));
    const spec = diaryContainer('a/web/1');
    await substrate.start(spec);
    lap('started');
    const at = await substrate.tunnel('a/web/1', 8000);
    expect(await write(at, 'monday ')).toBe('monday ');
    lap('wrote');
    console.log(await substrate.observeAll());
    await substrate.kill('a/web/1');
    lap('killed');
    await substrate.start(spec);
    lap('started again');
    expect(await write(at, 'tuesday ')).toBe('monday tuesday ');
    await substrate.pause('a/web/1');
    lap('paused');
    console.log(await substrate.observeAll());
    await substrate.resume('a/web/1');
    lap('resumed');
    await substrate.disconnect('a/web/1');
    lap('disconnected');
    await expect(write(at, 'x')).rejects.toThrow();
    lap('write failed');
    await substrate.reconnect('a/web/1');
    lap('reconnected');
    expect(await write(at, 'w ')).toBe('monday tuesday w ');
    await substrate.limit('a/web/1', { cpus: 0.1 });
    await substrate.limit('a/web/1', null);
    lap('limits');
    await substrate.exhaustMemory('a/web/1');
    lap('oom');
    await substrate.start(spec);
    await substrate.stop('a/web/1', 3000);
    lap('stopped');
    console.log(await substrate.observeAll());
  } finally {
    await world.dispose();
    lap('disposed');
  }
});
