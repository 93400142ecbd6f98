import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lifeOf, labelNames, containerName, cellNetwork, projectOf } from '../../../../sim/substrate/docker/names.ts';
import { freePorts } from '../../../../sim/substrate/process/free-ports.ts';
import { sweepDeadWorld } from '../../../../sim/supervisor/orphans.ts';
import { locateWorld, openWorld } from '../../../../sim/supervisor/state-folder.ts';
import { servesPort } from '../../../../sim/world/docker-places.ts';
import { startFakeSupervisor } from '../../../support/diary-world.ts';
import {
  buildDiaryImage,
  diaryContainer,
  engineForTests,
  makeDockerWorld,
  type DockerWorld,
} from '../../../support/docker.ts';
import { eventually } from '../../../support/until.ts';
import { describeSubstrate, write, type SubstrateUnderTest } from '../conformance.ts';

const docker = await engineForTests();
const image = docker ? await buildDiaryImage(docker) : '';

async function underTest(world: DockerWorld): Promise<SubstrateUnderTest> {
  if (!docker) throw new Error('no engine');
  const { substrate, project, folder } = world;
  const container = (address: string) => docker.getContainer(containerName(project, address));
  return {
    substrate,
    async diary(address, settings = {}) {
      return { spec: diaryContainer(address, settings), at: await substrate.tunnel(address, servesPort) };
    },
    outside: {
      kill: (address) => container(address).kill(),
      freeze: (address) => container(address).pause(),
      thaw: (address) => container(address).unpause(),
      start: (address) => container(address).start(),
      async cutOff(address) {
        const { id } = container(address);
        await docker.getNetwork(cellNetwork(project, 'a')).disconnect({ Container: id });
      },
      async connect(address) {
        const { id } = container(address);
        await docker.getNetwork(cellNetwork(project, 'a')).connect({ Container: id });
      },
    },
    again: async () => underTest(await makeDockerWorld(docker, image, { folder })),
    async startOwner(count) {
      process.env.XDG_STATE_HOME = folder;
      const owner = await startFakeSupervisor(folder, 'conformance', String(count), 'no-reaper', 'listed', image);
      const { path } = locateWorld('conformance');
      const theirs = projectOf('conformance', path);
      return {
        killOwner: owner.kill,
        sweep: async () => void (await sweepDeadWorld(openWorld('conformance'))),
        alive: () => livingContainers(theirs),
        successor: async () => underTest(await makeDockerWorld(docker, image, { folder: path, world: 'conformance' })),
      };
    },
    async dispose() {
      if (process.env.XDG_STATE_HOME === folder) {
        const theirs = projectOf('conformance', locateWorld('conformance').path);
        delete process.env.XDG_STATE_HOME;
        await world.remove(theirs);
      }
      await world.dispose();
    },
  };
}

/** Parts only: the porthole is none. */
async function livingContainers(project: string): Promise<number> {
  const filters = { label: [`${labelNames.project}=${project}`], status: ['running', 'paused'] };
  const found = (await docker?.listContainers({ filters })) ?? [];
  return found.filter(({ Labels }) => Labels[labelNames.address] !== 'porthole').length;
}

describe.skipIf(docker === null)('on a real engine', () => {
  describeSubstrate('docker', async () => underTest(await makeDockerWorld(docker!, image)));

  describe('a part as a container', () => {
    let world: DockerWorld;
    beforeEach(async () => {
      const [port = 0] = await freePorts(1, 'docker-substrate.test');
      world = await makeDockerWorld(docker!, image, { routerPorts: { 'router/1': port } });
    });
    afterEach(() => world.dispose());

    it('is reached at its own port of this machine, the same after a kill and after it was cut off', async () => {
      const spec = diaryContainer('router/1');
      await world.substrate.start(spec);
      const facts = await docker!.getContainer(containerName(world.project, 'router/1')).inspect();
      const at = facts.NetworkSettings.Ports['8000/tcp']?.[0];
      expect(at?.HostIp).toBe('127.0.0.1');
      const published = { host: '127.0.0.1', port: Number(at?.HostPort) };
      expect(await write(published, '1')).toBe('1');
      await world.substrate.kill('router/1');
      await world.substrate.start(spec);
      expect(await write(published, '2')).toBe('12');
      await world.substrate.disconnect('router/1');
      await expect(write(published, 'x')).rejects.toThrow();
      await world.substrate.reconnect('router/1');
      expect(await eventually('it answers', () => write(published, '3').catch(() => null))).toBe('123');
    });

    it('says nothing of the world that the engine shows to everybody: neither its secret nor its config', async () => {
      await world.substrate.start(diaryContainer('a/web/1', { lingers: false }));
      const facts = await docker!.getContainer(containerName(world.project, 'a/web/1')).inspect();
      expect(JSON.stringify(facts)).not.toContain('secret');
      expect(facts.Config.Labels).toMatchObject({
        'dev.petri.project': world.project,
        'dev.petri.world': 'test',
        'dev.petri.life': lifeOf(world.folder),
        'dev.petri.address': 'a/web/1',
        'com.docker.compose.project': world.project,
        'com.docker.compose.service': 'a-web',
        'com.docker.compose.container-number': '1',
      });
      expect(world.created).toContainEqual({ address: 'a/web/1', id: facts.Id });
    });

    it('copies what parts record to files of this machine, whole and once, over the deaths of its way in', async () => {
      await world.substrate.start(diaryContainer('a/web/1'));
      const entries: string[] = [];
      const put = async (entry: string) => {
        await eventually(
          'it answers',
          async () => write(await world.substrate.tunnel('a/web/1', servesPort), entry).catch(() => null),
          15_000,
        );
        entries.push(entry);
      };
      const file = join(world.folder, 'events', 'a.web.1.ndjson');
      const copied = () =>
        existsSync(file)
          ? readFileSync(file, 'utf8')
              .split('\n')
              .filter((line) => line.includes('diary.written'))
              .map((line) => (JSON.parse(line) as { entry: string }).entry)
          : [];
      await put('one');
      await eventually('the first entry', () => copied().length === 1);
      const porthole = docker!.getContainer(containerName(world.project, 'porthole'));
      for (const entry of ['two', 'three']) {
        await porthole.kill();
        await put(entry);
      }
      await put('four');
      await eventually('all entries', () => copied().length >= entries.length, 10_000);
      expect(copied()).toEqual(entries);
    });

    it('begins anew in place of a container of a dead supervisor, and leaves alone one that is not ours', async () => {
      const foreign = await docker!.createContainer({
        Image: image,
        name: containerName(world.project, 'a/web/2'),
        Cmd: ['node'],
      });
      try {
        await expect(world.substrate.start(diaryContainer('a/web/2'))).rejects.toMatchObject({
          message: expect.stringContaining("not Petri's is in the way"),
        });
        expect((await foreign.inspect()).Id).toBe(foreign.id);
        const labels = { [labelNames.project]: world.project, [labelNames.life]: 'another' };
        const name = containerName(world.project, 'a/web/1');
        const dead = await docker!.createContainer({ Image: image, name, Cmd: ['node'], Labels: labels });
        await world.substrate.start(diaryContainer('a/web/1'));
        await expect(dead.inspect()).rejects.toMatchObject({ statusCode: 404 });
      } finally {
        await foreign.remove({ force: true });
      }
    });

    it('takes out-of-memory, a kill and an end of its own for what they are', async () => {
      const exits: unknown[] = [];
      world.substrate.onExit(({ address, code, signal }) => exits.push({ address, code, signal }));
      const spec = diaryContainer('a/web/1');
      await world.substrate.start(spec);
      await docker!.getContainer(containerName(world.project, 'a/web/1')).kill({ signal: 'SIGTERM' });
      await eventually('its end', () => exits.length === 1);
      await world.substrate.start(spec);
      await docker!.getContainer(containerName(world.project, 'a/web/1')).remove({ force: true });
      await eventually('its removal', () => exits.length === 2);
      await world.substrate.start(spec);
      expect(exits).toEqual([
        { address: 'a/web/1', code: 0, signal: null },
        { address: 'a/web/1', code: null, signal: 'SIGKILL' },
      ]);
    });
  });
});
