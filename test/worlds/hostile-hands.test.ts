import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../sim/state/status.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { openBox, sampled } from './arena.ts';

let box: PetriBox;

beforeAll(async () => {
  box = await openBox();
  await box.up('--cells', '2', '--routers', '2');
  await box.json('traffic', '--rps', '40');
});
afterAll(() => box.close());

const partsOf = (status: Status) => [...status.components, ...status.cells.flatMap(({ components }) => components)];
const partOf = (status: Status, address: string) => partsOf(status).find((part) => part.address === address);

function calm(): Promise<Status> {
  return eventually('all is well', async () => {
    const status = await box.status();
    const whole = partsOf(status).every(({ kind, state }) => kind === 'xl' || state === 'running');
    const over = status.faults.every(({ state }) => state === 'gone') && status.blastRadius?.untilMs !== null;
    return whole && over ? status : null;
  });
}

test.each(['SIGKILL', 'SIGSTOP'] as const)(
  'the world outlives its own traffic (%s), and says what happened',
  async (signal) => {
    const pid = partOf(await box.status(), 'traffic')?.pid ?? 0;
    process.kill(pid, signal);
    const kind = signal === 'SIGKILL' ? 'death' : 'freeze';
    await eventually('it is noticed', async () =>
      (await box.status()).faults.some(
        (fault) => fault.kind === kind && fault.target === 'traffic' && fault.state === 'open',
      ),
    );
    if (signal === 'SIGSTOP') process.kill(pid, 'SIGCONT');
    const after = await calm();
    expect(after.blastRadius).toMatchObject({ predicted: [], leaks: [] });
    await eventually('somebody calls again', async () => (await box.status()).traffic.offeredPerSecond > 10);
  },
);

test('with one of two routers dead its clients ask the other, and a policy can still be set', async () => {
  expect((await box.run('kill', 'router/2')).code).toBe(0);
  const set = await box.json<{ value: string }>('set', 'bulkhead', '100');
  expect(set.value).toBe('100');
  const hurt = await eventually('traffic goes on without errors', async () => {
    const status = await box.status();
    return status.cells.every(({ traffic }) => traffic.rps > 0 && traffic.errorRatio === 0) ? status : null;
  });
  expect(partOf(hurt, 'router/2')?.state).toBe('dead');
  expect(hurt.blastRadius?.leaks).toEqual([]);
  expect((await box.run('heal', '--all')).code).toBe(0);
  await calm();
});

test('a pause is over once its part was killed and replaced; what is down cannot be killed again', async () => {
  await box.run('pause', 'b/web/1');
  await box.run('kill', 'b/web/1');
  await calm();
  await box.run('kill', 'b/worker/1', '--hold');
  const again = await box.run('fault', 'stop', 'b/worker/1');
  expect(again).toMatchObject({ code: 64, err: expect.stringContaining('is down already') });
  expect((await box.run('restart', 'b/worker/1')).code).toBe(0);
  await calm();
});

test('a task that was scaled away while it was held down does not come back', async () => {
  const webs = (status: Status) => partsOf(status).filter(({ address }) => address.startsWith('b/web/'));
  await box.run('scale', 'b', 'web', '3');
  await eventually(
    'three run',
    async () => webs(await box.status()).filter(({ state }) => state === 'running').length === 3,
  );
  await box.run('kill', 'b/web/3', '--hold');
  await box.run('scale', 'b', 'web', '2');
  expect((await box.run('heal', '--all')).code).toBe(0);
  expect(webs(await calm()).map(({ address }) => address)).toEqual(['b/web/1', 'b/web/2']);
  await box.run('kill', 'b');
  expect((await box.run('heal', 'b')).code).toBe(0);
  await calm();
});

test('two resets at once make one new world; up while it ends grows it again', async () => {
  await box.run('kill', 'b');
  const resets = await Promise.all([box.run('reset'), box.run('reset')]);
  expect(resets.map(({ code }) => code)).toEqual([0, 0]);
  expect((await box.status()).faults).toEqual([]);
  const down = box.run('down');
  await eventually('it is ending', async () => (await box.run('status')).code !== 0 || null, 10_000, 5);
  const up = await box.run('up', '--detach');
  expect([(await down).code, up.code]).toEqual([0, 0]);
  expect((await box.run('down')).code).toBe(0);
});

test.each(sampled(['host', 'path'] as const, 2))(
  'a world that takes the tenant from the %s is served and served back',
  async (tenantFrom) => {
    const folder = join(box.home, 'worlds');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${tenantFrom}.yaml`);
    const lines = [
      'petri: 1',
      `name: ${tenantFrom}`,
      `tenantFrom: ${tenantFrom}`,
      'cells: 1',
      'tenants: 4',
      'traffic: {rate: 30rps}',
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const grown = await box.json<Status>('up', file, '--detach');
    expect(grown.router.tenantFrom).toBe(tenantFrom);
    const named = ['--name', tenantFrom];
    const put = await box.json<{ status: number; cell: string }>(
      'request',
      't01',
      'PUT',
      '/sheets/s/rows/r',
      '{"value":1}',
      ...named,
    );
    expect(put).toMatchObject({ status: 200, cell: 'a' });
    const status = () => box.json<Status>('status', ...named);
    await eventually('its own traffic is served', async () => ((await status()).cells[0]?.traffic.rps ?? 0) > 10);
    expect((await status()).cells[0]?.traffic.errorRatio).toBe(0);
    await box.run('kill', 'a', '--for', '1s', ...named);
    const back = await eventually('what was written is read back', async () => {
      const { readBack } = await status();
      return readBack?.done ? readBack : null;
    });
    expect(back).toMatchObject({ lost: 0, read: back.total });
    expect(back.total).toBeGreaterThan(0);
    await box.run('down', ...named);
  },
);
