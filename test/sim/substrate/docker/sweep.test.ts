import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { eraseVolumesOf, sweepLabelled, sweepProject } from '../../../../sim/substrate/docker/sweep.ts';
import { buildDiaryImage, engineForTests } from '../../../support/docker.ts';

const docker = await engineForTests();
const image = docker ? await buildDiaryImage(docker) : '';
const project = `petri-sweep-${randomBytes(2).toString('hex')}`;

describe.skipIf(docker === null)('the sweep of a world whose owner is dead', () => {
  const engine = docker!;
  const labels = (ofProject: string, life: string) => ({ 'dev.petri.project': ofProject, 'dev.petri.life': life });
  const networks: string[] = [];
  const containers: string[] = [];

  async function network(name: string, Labels: Record<string, string>): Promise<void> {
    const { id } = await engine.createNetwork({ Name: name, Labels, Internal: true });
    networks.push(id);
  }

  /** A container that lives until it is ended. */
  async function container(name: string, Labels: Record<string, string>, networkName = 'none') {
    const made = await engine.createContainer({
      name,
      Image: image,
      Labels,
      Entrypoint: ['node'],
      Cmd: ['-e', 'setInterval(() => {}, 1000)'],
      HostConfig: { NetworkMode: networkName },
    });
    containers.push(made.id);
    return made;
  }

  afterAll(async () => {
    await Promise.all(
      containers.map((id) =>
        engine
          .getContainer(id)
          .remove({ force: true })
          .catch(() => {}),
      ),
    );
    await Promise.all(
      networks.map((id) =>
        engine
          .getNetwork(id)
          .remove()
          .catch(() => {}),
      ),
    );
    for (const each of [project, `${project}0`]) await eraseVolumesOf(engine, each);
  });

  it('goes by labels and never by names, takes what runs or is frozen, and leaves volumes', async () => {
    await network(`${project}_a`, labels(project, 'one'));
    const running = await container(`${project}-a-web-1`, labels(project, 'one'), `${project}_a`);
    const frozen = await container(`${project}-a-web-2`, labels(project, 'one'), `${project}_a`);
    await container(`${project}-a-web-3`, labels(project, 'one'), `${project}_a`);
    await container(`${project}-a-web-4`, labels(project, 'two'));
    await Promise.all([running.start(), frozen.start()]);
    await frozen.pause();
    await engine.createVolume({ Name: `${project}_a-aurora`, Labels: labels(project, 'one') });
    // What only looks as if it were ours.
    await network(`${project}_b`, {});
    const decoys = [
      await container(`${project}-a-web-5`, {}),
      await container(`${project}-a-web-6`, labels(`${project}0`, 'one')),
      await container(`${project}-a-web-7`, { 'com.docker.compose.project': project }),
      await container(`${project}-a-web-8`, { 'dev.petri.life': 'one' }),
    ];

    const first = await sweepProject({ project, life: 'one', allowRemote: false });
    expect({ ...first, removed: first.removed.toSorted() }).toEqual({
      removed: [`${project}-a-web-1`, `${project}-a-web-2`, `${project}-a-web-3`, `${project}_a`],
      left: [],
      stuck: [],
    });
    expect(await sweepLabelled(engine, { project, life: 'one' })).toEqual({ removed: [], left: [], stuck: [] });
    expect(await sweepLabelled(engine, { project, life: null })).toMatchObject({
      removed: [`${project}-a-web-4`],
      left: [],
    });

    for (const decoy of decoys) expect((await decoy.inspect()).Id).toBe(decoy.id);
    expect((await engine.getNetwork(`${project}_b`).inspect()).Name).toBe(`${project}_b`);
    expect((await engine.getVolume(`${project}_a-aurora`).inspect()).Name).toBe(`${project}_a-aurora`);
    expect(await eraseVolumesOf(engine, project)).toEqual({ removed: [`${project}_a-aurora`], left: [] });
  });

  it('says what it could not remove, and why', async () => {
    await network(`${project}_busy`, labels(project, 'three'));
    const stranger = await container(`stranger-${project}`, {}, `${project}_busy`);
    await stranger.start();
    const { removed, left } = await sweepLabelled(engine, { project, life: 'three' });
    expect(removed).toEqual([]);
    expect(left).toEqual([expect.stringContaining('has active endpoints')]);
  });
});
