import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { PassThrough } from 'node:stream';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellNetwork, containerName } from '../../../../sim/substrate/docker/names.ts';
import { redisPort, servesPort } from '../../../../sim/world/docker-places.ts';
import {
  buildDiaryImage,
  diaryContainer,
  engineForTests,
  makeDockerWorld,
  redisContainer,
  redisImageForTests,
  type DockerWorld,
} from '../../../support/docker.ts';
import { write } from '../conformance.ts';

const docker = await engineForTests();
const image = docker ? await buildDiaryImage(docker) : '';
const redisImage = docker ? await redisImageForTests(docker) : null;

/** What every attempt can use. `reach` resolves where a connection is made, and rejects where none is within 1.5 s. */
const tools = `
const net = require('node:net'), fs = require('node:fs'), os = require('node:os'), dns = require('node:dns').promises;
const { spawn, spawnSync } = require('node:child_process');
const reach = (to) => new Promise((done, failed) => {
  const socket = net.createConnection(to);
  socket.setTimeout(1500, () => { socket.destroy(); failed(new Error('silence')); });
  socket.once('error', failed);
  socket.once('connect', () => { socket.destroy(); done('connected to ' + JSON.stringify(to)); });
});
const first = (...tries) => Promise.any(tries).catch((all) => { throw new Error(all.errors.map((each) => each.code ?? each.message).join(' ')); });
`;

/** Twelve ways out of a container that runs in a cell. Each is code that an intruder runs in it, as the container's own user. */
describe.skipIf(docker === null)('an intruder in a cell', () => {
  const engine = docker!;
  let world: DockerWorld;
  let hostServer: Server;
  let hostPort: number;
  const succeeded: string[] = [];
  let attempts = 0;

  beforeAll(async () => {
    world = await makeDockerWorld(engine, image);
    const { substrate } = world;
    const parts = ['a/web/1', 'a/aurora/1', 'b/aurora/1', 'links/b', 'map'].map((address) => diaryContainer(address));
    await Promise.all([...parts, redisContainer('b/sqs', redisImage)].map((part) => substrate.start(part)));
    hostServer = createServer((socket) => socket.on('error', () => {}).end('host'));
    await new Promise<void>((done) => hostServer.listen(0, '0.0.0.0', done));
    hostPort = (hostServer.address() as { port: number }).port;
  });
  afterAll(async () => {
    hostServer?.close();
    await world.dispose();
    console.log(
      `${attempts} attempts to escape, ${succeeded.length} succeeded${succeeded.map((each) => `\n  ${each}`).join('')}`,
    );
  });

  /** Runs code in a container; it prints what it achieved, or dies. Resolves with what it said and its exit code. */
  async function run(address: string, code: string): Promise<{ readonly code: number | null; readonly said: string }> {
    const container = engine.getContainer(containerName(world.project, address));
    const program = `${tools}(async () => { ${code} })().then((text) => { console.log(text ?? ''); process.exit(0); }, (error) => { console.error(error.code ?? '', error.message); process.exit(1); });`;
    const exec = await container.exec({ Cmd: ['node', '-e', program], AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({});
    const output = new PassThrough();
    const chunks: Buffer[] = [];
    output.on('data', (chunk: Buffer) => chunks.push(chunk));
    engine.modem.demuxStream(stream, output, output);
    await new Promise((done) => stream.once('end', done).once('close', done));
    const { ExitCode } = await exec.inspect();
    return { code: ExitCode, said: Buffer.concat(chunks).toString() };
  }

  function attempt(title: string, code: () => string | Promise<string>, address = 'a/web/1'): void {
    it(`does not ${title}`, async () => {
      attempts++;
      const outcome = await run(address, await code());
      if (outcome.code === 0) succeeded.push(`${title}: ${outcome.said}`);
      expect(outcome).toMatchObject({ code: 1 });
    });
  }

  const ipOf = async (address: string, network: string) => {
    const facts = await engine.getContainer(containerName(world.project, address)).inspect();
    return facts.NetworkSettings.Networks[network]?.IPAddress ?? '';
  };
  const to = (host: string, port: number) => `reach({ host: ${JSON.stringify(host)}, port: ${port} })`;
  const hostAddresses = () =>
    Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address);

  it('can do what it is there for, so that what follows means something', async () => {
    const neighbour = await run('a/web/1', `return reach({ host: 'a-aurora-1', port: ${servesPort} })`);
    expect(neighbour).toMatchObject({ code: 0 });
    const anyOfHost = hostAddresses().map((host) => to(host, hostPort));
    // Whatever stands outside the cells does reach the host: what keeps a cell from it is its network.
    expect(await run('map', `return first(${anyOfHost.join()})`)).toMatchObject({ code: 0 });
    const tunnel = await world.substrate.tunnel('b/aurora/1', servesPort);
    expect(await write(tunnel, 'here ')).toBe('here ');
    await expect(
      run('a/web/1', `fs.writeFileSync('/petri/volume/mine', 'x'); fs.writeFileSync('/tmp/mine', 'x')`),
    ).resolves.toMatchObject({ code: 0 });
  });

  attempt(
    'reach the internet',
    () => `return first(dns.lookup('registry.npmjs.org').then(() => 'a name'), ${to('1.1.1.1', 443)})`,
  );

  attempt('reach the host, by any of its addresses or its bridge', async () => {
    const facts = (await engine.getNetwork(cellNetwork(world.project, 'a')).inspect()) as {
      IPAM: { Config: { Subnet: string; Gateway?: string }[] };
    };
    const [{ Subnet: subnet, Gateway: gateway } = { Subnet: '' }] = facts.IPAM.Config;
    const firstOfSubnet = subnet.replace(/\.\d+\/.*$/, '.1');
    const hosts = [...hostAddresses(), firstOfSubnet, gateway ?? firstOfSubnet, 'host.docker.internal'];
    return `return first(${hosts.map((host) => to(host, hostPort)).join()})`;
  });

  attempt('reach the Docker engine by its socket', () => {
    const paths = ['/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock'];
    return `return first(${paths.map((path) => `reach({ path: '${path}' })`).join()}, ${to('host.docker.internal', 2375)})`;
  });

  attempt('ask the metadata service of a cloud', () => `return ${to('169.254.169.254', 80)}`);

  attempt("reach another cell's Redis, by name or by address", async () => {
    const port = redisImage === null ? servesPort : redisPort;
    const ip = await ipOf('b/sqs', cellNetwork(world.project, 'b'));
    const hosts = ['b-sqs', containerName(world.project, 'b/sqs'), ip];
    return `return first(${hosts.map((host) => to(host, port)).join()})`;
  });

  attempt("reach another cell's Aurora or links, by name or by address", async () => {
    const inB = cellNetwork(world.project, 'b');
    const hosts = ['b-aurora-1', containerName(world.project, 'b/aurora/1'), await ipOf('b/aurora/1', inB)];
    hosts.push('links-b', await ipOf('links/b', inB), await ipOf('links/b', `${world.project}_outside`));
    const porthole = `new Promise((done, failed) => { const socket = net.createConnection({ host: 'porthole', port: ${servesPort} }); socket.on('error', failed); socket.once('data', () => done('through the porthole')); socket.once('close', () => failed(new Error('cut off'))); socket.write(JSON.stringify({ token: 'secret', to: { host: 'b-aurora-1', port: ${servesPort} } }) + '\\nx'); })`;
    return `return first(${hosts.map((host) => to(host, servesPort)).join()}, ${porthole})`;
  });

  attempt("reach the supervisor's socket or files", () => {
    const looks = [world.folder, '/root/.local/state/petri', '/host', '/mnt', '/proc/1/root/root'];
    return `const found = ${JSON.stringify(looks)}.filter((path) => { try { return fs.readdirSync(path).length > 0; } catch { return false; } });
      if (found.length > 0) return 'read ' + found;
      const sockets = fs.readFileSync('/proc/net/unix', 'utf8').split('\\n').filter((line) => /petri|control\\.sock/.test(line));
      if (sockets.length > 0) return 'saw ' + sockets;
      throw new Error('nothing there');`;
  });

  attempt(
    'fork without end',
    () => `
    const children = []; let refused = null;
    for (let i = 0; i < 400 && refused === null; i++) {
      try { const child = spawn('sleep', ['20']); child.once('error', () => {}); if (child.pid === undefined) refused = 'EAGAIN'; else children.push(child); }
      catch (error) { refused = error.code; }
    }
    for (const child of children) child.kill('SIGKILL');
    if (refused === null) return 'started ' + children.length;
    throw new Error('refused after ' + children.length + ': ' + refused);`,
  );

  it('does not take more memory than its container may', async () => {
    attempts++;
    const outcome = await run(
      'a/aurora/1',
      `const held = []; while (held.length < 64) held.push(Buffer.alloc(16 << 20, 1)); return 'held 1 GiB'`,
    );
    if (outcome.code === 0) succeeded.push(`memory: ${outcome.said}`);
    // Killed by the kernel: itself, or with the part that it ran beside.
    expect(outcome.code).not.toBe(0);
    expect(await write(await world.substrate.tunnel('b/aurora/1', servesPort), 'still ')).toContain('still ');
  });

  attempt(
    "fill the host's disk by its temporary folder",
    () => `
    const chunk = Buffer.alloc(1 << 20); const fd = fs.openSync('/tmp/fill', 'w');
    try { for (let i = 0; i < 200; i++) fs.writeSync(fd, chunk); } finally { fs.rmSync('/tmp/fill'); }
    return 'wrote 200 MiB'`,
  );

  attempt(
    'write to its root',
    () => `
    const paths = ['/petri/dist/web.js', '/etc/passwd', '/evil', '/usr/local/bin/node', '/petri/evil', '/var/evil', '/root/evil'];
    const written = paths.filter((path) => { try { fs.appendFileSync(path, 'x'); return true; } catch { return false; } });
    if (written.length > 0) return 'wrote ' + written;
    throw new Error('read-only');`,
  );

  attempt(
    'raise its privileges',
    () => `
    const status = fs.readFileSync('/proc/self/status', 'utf8');
    const field = (name) => new RegExp('^' + name + ':\\\\s+(\\\\S+)', 'm').exec(status)[1];
    const raised = [];
    if (field('NoNewPrivs') !== '1') raised.push('new privileges');
    for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) if (!/^0+$/.test(field(name))) raised.push(name);
    if (process.getuid() === 0) raised.push('root');
    try { process.setuid(0); raised.push('setuid'); } catch {}
    for (const [program, ...words] of [['su', '-c', 'id'], ['mount', '-t', 'tmpfs', 'none', '/tmp'], ['unshare', '-r', 'id'], ['chroot', '/', 'id']]) {
      const { status, stdout } = spawnSync(program, words, { timeout: 3000 });
      if (status === 0 && (program === 'mount' || /uid=0/.test(String(stdout)))) raised.push(program);
    }
    if (raised.length > 0) return raised.join();
    throw new Error('none');`,
  );

  attempt(
    'see processes of the host or of another container',
    () => `
    const seen = fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))
      .map((pid) => { try { return fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8').replaceAll('\\0', ' '); } catch { return ''; } })
      .filter((line) => line !== '' && !/^(node|petri test a\\/web\\/1|\\/sbin\\/docker-init|\\/dev\\/init|.*tini)/.test(line) && !/^sleep/.test(line));
    if (seen.length > 0) return seen.join();
    try { process.kill(${process.pid}, 0); return 'a process of the host'; } catch (error) { throw error; }`,
  );

  it('leaves the host as it was', async () => {
    expect(readdirSync('/')).not.toContain('evil');
    expect(await write(await world.substrate.tunnel('b/aurora/1', servesPort), 'still')).toContain('still');
    expect(succeeded).toEqual([]);
  });
});
