import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../sim/state/status.ts';
import { isSame } from '../../sim/substrate/process/identity.ts';
import { readLedger } from '../../sim/supervisor/ledger.ts';
import { containersOf, docker, leftOf, networksLeftOf } from '../prove/docker-hand.ts';
import { killCell, openArena, type Arena } from '../prove/kill-cell.ts';
import { partFaults, playPartFault } from '../prove/part-faults.ts';
import { eventually, PetriBox } from '../support/petri-box.ts';
import { dockerHere } from './arena.ts';

const here = await dockerHere('worlds on Docker');

/** Bounds in time are asserted at three times their value here; `npm run prove` measures them. */
const slack = 3;

/** Of every way to hurt a part some; `npm run prove -- --on docker` plays all. */
const somePartFaults = partFaults.filter((_, index) => index % 5 === 0);

describe.runIf(here)('a world on Docker', () => {
  let box: PetriBox;
  let arena: Arena;
  let project: string;
  beforeAll(async () => {
    box = new PetriBox();
    arena = await openArena(box, '--on', 'docker');
    const [container = ''] = containersOf(await box.status(), 'a');
    project = await docker('inspect', '--format', '{{index .Config.Labels "dev.petri.project"}}', container);
  }, 300_000);
  afterAll(() => box.close());

  test('says what it stands on, and each part is a container with a size', async () => {
    const status = await box.status();
    expect(status).toMatchObject({ on: 'docker', world: 'default' });
    const parts = [...status.components, ...status.cells.flatMap(({ components }) => components)];
    for (const { address, containerId, pid, size } of parts) {
      expect({ address, pid, containerId, size }).toEqual({
        address,
        pid: null,
        containerId: expect.stringMatching(/^[0-9a-f]{64}$/),
        size: { cpus: expect.any(Number), memoryBytes: expect.any(Number) },
      });
    }
  });

  test('its containers are confined', async () => {
    const [container = ''] = containersOf(await box.status(), 'b/web/1');
    const [facts] = JSON.parse(await docker('inspect', container)) as [
      { Config: { User: string }; HostConfig: object },
    ];
    expect(facts.Config.User).toBe('1000:1000');
    expect(facts.HostConfig).toMatchObject({
      Privileged: false,
      CapDrop: ['ALL'],
      ReadonlyRootfs: true,
      PidsLimit: 128,
      NanoCpus: 1e9,
      Memory: 512 * 1024 ** 2,
      RestartPolicy: { Name: 'no' },
      Binds: null,
    });
  });

  test.each([1, 2])('petri kill b hits the tenants of b alone and loses nothing, %i of 10', async () => {
    expect((await killCell(arena, 'petri', slack)).problems).toEqual([]);
  });

  test.each([1, 2])('b comes back by itself after docker kill of all its containers, %i of 10', async () => {
    expect((await killCell(arena, 'outside', slack)).problems).toEqual([]);
  });

  test.each(somePartFaults.map((fault) => ({ words: fault.command.join(' '), fault })))(
    'petri $words: what the dependency table predicts',
    async ({ fault }) => {
      expect((await playPartFault(arena, fault)).problems).toEqual([]);
    },
  );

  test('down removes every container and network, and the next up serves the old data', async () => {
    const put = await box.json<{ status: number }>('request', 't21', 'PUT', '/sheets/kept/rows/r1', '{"value":7}');
    expect(put.status).toBe(200);
    expect((await box.run('down')).code).toBe(0);
    expect(await leftOf('container', project)).toEqual([]);
    expect(await networksLeftOf(project)).toEqual([]);
    await box.up('--on', 'docker', '--traffic', 'off');
    const read = () =>
      box.json<{ status: number; body: { value: unknown } }>('request', 't21', 'GET', '/sheets/kept/rows/r1');
    expect(await read()).toMatchObject({ status: 200, body: { value: 7 } });
    expect((await box.run('reset')).code).toBe(0);
    expect(await read()).toMatchObject({ status: 404 });
  });
});

test.runIf(here)('a world that is ended while its networks are made leaves nothing', async () => {
  const box = new PetriBox();
  const up = box.run('up', '--on', 'docker', '--detach');
  const ledger = () => readLedger(join(box.home, 'petri', 'default', 'ledger.ndjson')).world;
  const world = await eventually('its supervisor has begun', async () => ledger());
  const project = world.docker?.project ?? '';
  await eventually('it makes networks', async () => (await leftOf('network', project)).length > 0, 30_000, 5);
  process.kill(world.pid, 'SIGTERM');
  await up;
  await eventually('its supervisor is gone', async () => !isSame(world.pid, world.startTime));
  expect([...(await leftOf('container', project)), ...(await networksLeftOf(project))]).toEqual([]);
  await box.close();
});

/** A world of this kind is told apart from one on processes by what its status says, and by nothing else. */
test.runIf(here)('commands on Docker print what they print on processes', async () => {
  const [onProcess, onDocker] = [new PetriBox(), new PetriBox()];
  try {
    const one = await onProcess.up('--traffic', 'off', '--cells', '1');
    const other = await onDocker.up('--traffic', 'off', '--cells', '1', '--on', 'docker');
    const shape = (status: Status) =>
      status.cells.map(({ id, health, components }) => ({
        id,
        health,
        parts: components
          .map(({ address, kind, state }) => ({ address, kind, state }))
          .toSorted((a, b) => a.address.localeCompare(b.address)),
      }));
    expect(shape(other)).toEqual(shape(one));
    expect(Object.keys(other).toSorted()).toEqual(Object.keys(one).toSorted());
  } finally {
    await Promise.all([onProcess.close(), onDocker.close()]);
  }
});
