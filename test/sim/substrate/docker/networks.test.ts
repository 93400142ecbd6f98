import { randomBytes } from 'node:crypto';
import type Dockerode from 'dockerode';
import { afterEach, describe, expect, it } from 'vitest';
import { makeNetworks } from '../../../../sim/substrate/docker/networks.ts';
import { sweepLabelled } from '../../../../sim/substrate/docker/sweep.ts';
import { engineForTests } from '../../../support/docker.ts';

const docker = await engineForTests();

describe.skipIf(docker === null)('the networks of a world', () => {
  const engine = docker!;
  const project = `petri-networks-${randomBytes(2).toString('hex')}`;
  const names = ['a', 'b', 'outside'].map((name) => `${project}_${name}`);
  const wishes = names.map((name) => ({
    name,
    isInternal: !name.endsWith('outside'),
    labels: { 'dev.petri.project': project },
  }));

  afterEach(() => sweepLabelled(engine, { project, life: null }));

  async function subnets(): Promise<(string | undefined)[]> {
    const all = await Promise.all(names.map((name) => engine.getNetwork(name).inspect()));
    return all.map((facts) => facts.IPAM?.Config?.[0]?.Subnet);
  }

  it('have subnets of their own from 10.0.0.0/8', async () => {
    await makeNetworks(engine, wishes);
    const chosen = await subnets();
    expect(new Set(chosen).size).toBe(3);
    for (const subnet of chosen) expect(subnet).toMatch(/^10\.\d+\.\d+\.0\/24$/);
  });

  it('have those that the engine chooses where all of 10.0.0.0/8 is taken', async () => {
    await makeNetworks(crowded(engine), wishes);
    const chosen = await subnets();
    expect(new Set(chosen).size).toBe(3);
    expect(chosen).not.toContain(undefined);
  });
});

/** The engine, with one network more that has all that could be chosen. */
function crowded(engine: Dockerode): Dockerode {
  return new Proxy(engine, {
    get(target, name) {
      if (name === 'listNetworks')
        return async () => [...(await target.listNetworks()), { IPAM: { Config: [{ Subnet: '10.0.0.0/8' }] } }];
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
