import fc from 'fast-check';
import { expect, it } from 'vitest';
import { containerOptions, hashOf, type ContainerRequest } from '../../../../sim/substrate/docker/container-options.ts';

const owner = { project: 'petri-shop-0a1b', world: 'shop', life: '0123456789abcdef' };

const request: ContainerRequest = {
  address: 'b/web/1',
  image: 'petri:1',
  entrypoint: 'node',
  command: ['/petri/dist/web.js', '-'],
  size: { cpus: 0.5, memoryBytes: 256 * 2 ** 20 },
  worksBehind: false,
  networks: ['petri-shop-0a1b_b'],
  volume: 'b-files',
  events: { kind: 'writes', cell: 'b' },
  publishAt: null,
};

it('asks for a container that can do nothing but its work', () => {
  expect(containerOptions(owner, request)).toEqual({
    name: 'petri-shop-0a1b-b-web-1',
    Image: 'petri:1',
    Entrypoint: ['node'],
    Cmd: ['/petri/dist/web.js', '-'],
    Env: ['NODE_ENV=production'],
    User: '1000:1000',
    Hostname: 'b-web-1',
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    StopSignal: 'SIGTERM',
    Healthcheck: { Test: ['NONE'] },
    ExposedPorts: {},
    HostConfig: {
      NanoCpus: 500_000_000,
      Memory: 268_435_456,
      MemorySwap: 268_435_456,
      CpuShares: 1024,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m' },
      PidsLimit: 128,
      Init: true,
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
      DnsOptions: ['timeout:1', 'attempts:1'],
      NetworkMode: 'petri-shop-0a1b_b',
      Mounts: [
        { Type: 'volume', Source: 'petri-shop-0a1b_b-files', Target: '/petri/volume', ReadOnly: false },
        { Type: 'volume', Source: 'petri-shop-0a1b_events-b', Target: '/petri/events', ReadOnly: false },
      ],
      PortBindings: {},
    },
    NetworkingConfig: { EndpointsConfig: { 'petri-shop-0a1b_b': { Aliases: ['b-web-1'] } } },
    Labels: {
      'dev.petri.project': 'petri-shop-0a1b',
      'dev.petri.world': 'shop',
      'dev.petri.life': '0123456789abcdef',
      'dev.petri.address': 'b/web/1',
      'com.docker.compose.project': 'petri-shop-0a1b',
      'com.docker.compose.version': '2.0.0',
      'com.docker.compose.service': 'b-web',
      'com.docker.compose.container-number': '1',
      'com.docker.compose.oneoff': 'False',
      'com.docker.compose.config-hash': hashOf(owner, request),
    },
  });
});

it('publishes on the loopback alone, and lets the porthole see every events volume and write none', () => {
  const events = { kind: 'reads', cells: ['a', 'b'] } as const;
  const { HostConfig, ExposedPorts } = containerOptions(owner, { ...request, volume: null, events, publishAt: 8080 });
  expect(HostConfig?.PortBindings).toEqual({ '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] });
  expect(ExposedPorts).toEqual({ '8000/tcp': {} });
  expect(HostConfig?.Mounts).toEqual(
    ['a', 'b', 'outside'].map((cell) => ({
      Type: 'volume',
      Source: `petri-shop-0a1b_events-${cell}`,
      Target: `/petri/events/${cell}`,
      ReadOnly: true,
    })),
  );
  const chosen = containerOptions(owner, { ...request, publishAt: 0 }).HostConfig?.PortBindings;
  expect(chosen).toEqual({ '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] });
});

it('takes nothing over that is not among its fields, whatever else somebody puts there', () => {
  const fields = Object.keys(request);
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
      const foreign = Object.fromEntries(Object.entries(more).filter(([name]) => !fields.includes(name)));
      const asked = { ...foreign, Binds: ['/:/host'], HostConfig: { Privileged: true }, ...request };
      expect(containerOptions(owner, asked)).toEqual(containerOptions(owner, request));
    }),
  );
});

it('changes its hash with what needs a new container, and not with what is changed in place', () => {
  const other = (change: Partial<ContainerRequest>) =>
    hashOf(owner, { ...request, ...change }) !== hashOf(owner, request);
  expect(other({ size: { cpus: 2, memoryBytes: 1 } })).toBe(false);
  expect(other({ image: 'petri:2' })).toBe(true);
  expect(other({ command: [] })).toBe(true);
  expect(other({ publishAt: 8081 })).toBe(true);
});

it("gives a service of the user's own what its world file may choose, and nothing else", () => {
  const foreign = {
    args: ['mysqld'],
    env: { PORT: '3306' },
    user: '1000',
    root: 'read-only',
    tmpfs: ['/run/mysqld'],
    mounts: [{ volume: 'b.db.data', folder: '/var/lib/mysql' }],
  } as const;
  const own: ContainerRequest = { ...request, entrypoint: '', command: [], volume: null, events: { kind: 'none' } };
  const options = containerOptions(owner, { ...own, foreign });
  expect(options).toMatchObject({ Cmd: ['mysqld'], Env: ['PORT=3306'], User: '1000:1000' });
  expect(options).not.toHaveProperty('Entrypoint');
  expect(options.HostConfig).toMatchObject({
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
    ReadonlyRootfs: true,
    Tmpfs: { '/tmp': expect.any(String), '/run/mysqld': expect.stringContaining('nosuid') },
    Mounts: [
      {
        Type: 'volume',
        Source: 'petri-shop-0a1b_b.db.data',
        Target: '/var/lib/mysql',
        VolumeOptions: { NoCopy: true },
      },
    ],
  });
  const asImage = containerOptions(owner, {
    ...own,
    foreign: { ...foreign, args: null, user: 'image', root: 'writable' },
  });
  expect(asImage).not.toHaveProperty('Cmd');
  expect(asImage).not.toHaveProperty('User');
  expect(asImage.HostConfig).toMatchObject({ ReadonlyRootfs: false, CapDrop: ['ALL'], Privileged: false });
});
