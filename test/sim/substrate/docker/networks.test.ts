import { randomBytes } from 'node:crypto';
import type Dockerode from 'dockerode';
import { afterEach, describe, expect, it } from 'vitest';
import { makeNetworks } from '../../../../sim/substrate/docker/networks.ts';
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

  afterEach(async () => {
    await Promise.all(
      names.map((name) =>
        engine
          .getNetwork(name)
          .remove()
          .catch(() => {}),
      ),
    );
  });

  async function subnets(): Promise<(string | undefined)[]> {
    const all = await Promise.all(names.map((name) => engine.getNetwork(name).inspect()));
    return all.map((facts) => facts.IPAM?.Config?.[0]?.Subnet);
  }

  it('have subnets of their own, which the engine chose', async () => {
    await makeNetworks(engine, wishes);
    expect(new Set(await subnets()).size).toBe(3);
  });

  it('have them from 10.0.0.0/8 on an engine that has none left to give', async () => {
    await makeNetworks(exhausted(engine), wishes);
    const chosen = await subnets();
    expect(new Set(chosen).size).toBe(3);
    for (const subnet of chosen) expect(subnet).toMatch(/^10\.\d+\.\d+\.0\/24$/);
  });
});

/** The engine, refusing whoever leaves the choice of a subnet to it, in the words of Docker 20.10 after its 31st network. */
function exhausted(engine: Dockerode): Dockerode {
  return new Proxy(engine, {
    get(target, name) {
      if (name !== 'createNetwork') {
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return async (options: Dockerode.NetworkCreateOptions) => {
        if (options.IPAM) return target.createNetwork(options);
        throw Object.assign(new Error('refused'), {
          statusCode: 500,
          json: {
            message:
              'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
          },
        });
      };
    },
  });
}
