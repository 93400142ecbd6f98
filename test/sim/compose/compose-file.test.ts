import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { composeFile } from '../../../sim/compose/compose-file.ts';
import { composePart } from '../../../sim/compose/compose-part.ts';
import { composePlan, composeWorld } from '../../../sim/compose/compose-world.ts';
import { containerOptions } from '../../../sim/substrate/docker/container-options.ts';
import { planOfPart } from '../../../sim/substrate/docker/container-plan.ts';
import { hostOf } from '../../../sim/world/docker-places.ts';
import { defaultWorld } from '../../../sim/world/schema.ts';

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly ports?: readonly string[];
  readonly [key: string]: unknown;
}

const text = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8');
const file = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
};
const parts = composePlan('token').initialParts();

test('docker-compose.yml is what the plan of the default world generates', () => {
  expect(text, 'node scripts/compose.ts writes it anew').toBe(composeFile());
});

test('its world is the default one on Docker, on Redis and with gentle traffic', () => {
  const traffic = { on: true, rate: '20rps', mix: { read: '70%', write: '25%', job: '5%', xl: '0%' }, skew: 0.9 };
  expect(composeWorld).toEqual({ ...defaultWorld({ name: 'compose', engine: 'redis', traffic }), on: 'docker' });
});

test('it has a service for every part of the plan, named as its neighbours know it, and the porthole', () => {
  const addresses = [...parts.map((part) => part.address), 'porthole'];
  expect(Object.keys(file.services).toSorted()).toEqual(addresses.map(hostOf).toSorted());
  const labelled = Object.values(file.services).map((service) => service.labels['dev.petri.address']);
  expect(labelled.toSorted()).toEqual(addresses.toSorted());
});

test('each container gets what Petri itself would ask of the engine for that part', () => {
  const answers = async () => false;
  for (const part of parts) {
    const plan = planOfPart(part, { project: 'p', image: '', routerPorts: {}, answers, serves: answers });
    const { User, HostConfig: host } = containerOptions({ project: 'p', world: '', life: '' }, plan.request);
    const service = file.services[hostOf(part.address)];
    expect(service, part.address).toMatchObject({
      user: User,
      cap_drop: host?.CapDrop,
      security_opt: host?.SecurityOpt,
      read_only: host?.ReadonlyRootfs,
      pids_limit: host?.PidsLimit,
      init: host?.Init,
      restart: 'no',
      dns_opt: host?.DnsOptions,
      cpus: (host?.NanoCpus ?? 0) / 1e9,
      mem_limit: host?.Memory,
      memswap_limit: host?.MemorySwap,
    });
    expect(service?.tmpfs, part.address).toEqual(['/tmp:rw,noexec,nosuid,nodev,size=64m']);
    expect(service?.networks, part.address).toEqual(plan.request.networks.map((name) => name.replace('p_', '')));
  }
});

test('a cell has a network of its own without a way out, and only loopback ports are published', () => {
  const cell = { internal: true, driver_opts: { 'com.docker.network.bridge.inhibit_ipv4': 'true' } };
  expect(file.networks).toEqual({ a: cell, b: cell, c: cell, outside: {} });
  const published = Object.entries(file.services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => [name, port]),
  );
  expect(published).toEqual([
    ['router-1', '127.0.0.1:${PETRI_PORT:-8080}:8000'],
    ['porthole', '127.0.0.1::8000'],
  ]);
});

test('no service mounts anything of the host, and a neighbour of another cell is nowhere', () => {
  for (const [name, { volumes, networks }] of Object.entries(file.services)) {
    for (const volume of volumes) expect(volume, name).toMatch(/^[a-z0-9-]+:\/petri\/(volume|events)/);
    if (/^[abc]-/.test(name)) expect(networks, name).toEqual([name[0]]);
  }
});

test('a container works its config out from its address alone, the same that the plan gives the part', () => {
  for (const part of parts) {
    if (!('config' in part.run)) continue;
    const { program, config } = composePart(part.address, 'token');
    expect(program).toBe(part.run.program);
    if (part.address === 'traffic') expect(config.settings).toMatchObject({ on: true, rps: 20 });
    else expect(config).toEqual(part.run.config);
  }
});

test('an address that the plan does not have is refused in a sentence', () => {
  for (const address of ['', 'z/web/1', 'a/sqs']) {
    expect(() => composePart(address, 'token')).toThrow('the Compose file has no part');
  }
});
