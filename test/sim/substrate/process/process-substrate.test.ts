import { mkdtempSync, rmSync, readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePorts, nextFreePort } from '../../../../sim/substrate/process/free-ports.ts';
import { isSame, startTimeOf } from '../../../../sim/substrate/process/identity.ts';
import { configPathOf, logPathOf, rotateLogAtBytes } from '../../../../sim/substrate/process/part-files.ts';
import { ProcessSubstrate } from '../../../../sim/substrate/process/process-substrate.ts';
import { sweepDeadWorld } from '../../../../sim/supervisor/orphans.ts';
import { openWorld } from '../../../../sim/supervisor/state-folder.ts';
import { diaryPart, livingOf, startFakeSupervisor } from '../../../support/diary-world.ts';
import { describeSubstrate, type SubstrateUnderTest } from '../conformance.ts';

interface ProcessWorld extends SubstrateUnderTest {
  readonly folder: string;
  readonly spawned: { address: string; pid: number; startTime: string }[];
}

async function makeWorld(folder = mkdtempSync(join(tmpdir(), 'petri-substrate-'))): Promise<ProcessWorld> {
  const spawned: ProcessWorld['spawned'] = [];
  const taken = new Set<number>();
  const substrate = new ProcessSubstrate({
    stateFolder: folder,
    token: 'secret',
    programPath: () => join(import.meta.dirname, '../diary-part.ts'),
    nodePath: process.execPath,
    onSpawn: (address, pid, startTime) => spawned.push({ address, pid, startTime }),
  });
  const send = (signal: NodeJS.Signals) => async (address: string) => {
    process.kill((await substrate.observe(address)).pid ?? 0, signal);
  };
  const nobodyCan = () => Promise.reject(new Error('nobody can do that to a process'));
  return {
    folder,
    spawned,
    substrate,
    outside: {
      kill: send('SIGKILL'),
      freeze: send('SIGSTOP'),
      thaw: send('SIGCONT'),
      start: nobodyCan,
      cutOff: nobodyCan,
      connect: nobodyCan,
    },
    async diary(address, settings = {}) {
      const [port = 0] = await freePorts(1, folder, taken);
      taken.add(port);
      return { spec: diaryPart(folder, 'secret', address, port, settings), at: { host: '127.0.0.1', port } };
    },
    again: () => makeWorld(folder),
    async startOwner(count) {
      process.env.XDG_STATE_HOME = folder;
      const owner = await startFakeSupervisor(folder, 'conformance', String(count), 'no-reaper');
      return {
        killOwner: owner.kill,
        sweep: async () => void (await sweepDeadWorld(openWorld('conformance'))),
        alive: async () => livingOf(owner.pids),
        successor: () => makeWorld(folder),
      };
    },
    async dispose() {
      delete process.env.XDG_STATE_HOME;
      await substrate.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describeSubstrate('process', () => makeWorld());

describe('a part as a process', () => {
  let world: ProcessWorld;
  afterEach(() => world.dispose());

  it('is told apart by pid and start time, in a session of its own, with no more of our environment than it needs', async () => {
    world = await makeWorld();
    process.env.PETRI_TEST_SECRET = 'mine';
    const { spec } = await world.diary('a/web/1');
    await world.substrate.start(spec);
    delete process.env.PETRI_TEST_SECRET;
    const [part] = world.spawned;
    if (!part) throw new Error('onSpawn was not called');
    expect(part.startTime).toBe(startTimeOf(part.pid));
    expect(isSame(part.pid, part.startTime)).toBe(true);
    expect(isSame(part.pid, '1@another-boot')).toBe(false);
    const session = readFileSync(`/proc/${part.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
    expect(Number(session)).toBe(part.pid);
    const environment = readFileSync(`/proc/${part.pid}/environ`, 'utf8').split('\0');
    expect(environment).toContain('PETRI_PART=secret:a/web/1');
    expect(environment.join()).not.toContain('PETRI_TEST_SECRET');
    expect(statSync(configPathOf(world.folder, 'a/web/1')).mode & 0o777).toBe(0o600);
    await world.substrate.kill('a/web/1');
    expect(isSame(part.pid, part.startTime)).toBe(false);
  });

  it('puts a log aside that has grown too large', async () => {
    world = await makeWorld();
    const { spec } = await world.diary('a/web/1');
    mkdirSync(join(world.folder, 'logs'), { recursive: true });
    writeFileSync(logPathOf(world.folder, 'a/web/1'), 'x'.repeat(rotateLogAtBytes + 1));
    await world.substrate.start(spec);
    const [old = '', now = ''] = world.substrate.logFiles('a/web/1').map((file) => readFileSync(file, 'utf8'));
    expect(old.length).toBe(rotateLogAtBytes + 1);
    expect(now).toContain('a/web/1 begins');
  });

  it('runs an engine that is not ours, serving once its port accepts', async () => {
    world = await makeWorld();
    const [port = 0] = await freePorts(1, world.folder);
    const listen = `setTimeout(() => require('net').createServer().listen(${port}, '127.0.0.1'), 150)`;
    const ready = { host: '127.0.0.1', port };
    const run = { program: 'redis', executable: process.execPath, args: ['-e', listen], ready } as const;
    const part = { kind: 'sqs', index: null, volume: null, size: { cpus: 1, memoryBytes: 2 ** 29 } } as const;
    await world.substrate.start({ ...part, address: 'a/sqs', cell: 'a', run });
    expect((await world.substrate.observe('a/sqs')).state).toBe('running');
    const missing = { ...run, executable: '/nowhere/redis-server' };
    const spec = { ...part, address: 'b/sqs', cell: 'b', run: missing } as const;
    await expect(world.substrate.start(spec)).rejects.toMatchObject({ code: 'start-failed' });
  });
});

describe('free ports', () => {
  it('leaves out what is taken, keeps to its range, and finds the same ones again', async () => {
    const first = await freePorts(30, 'petri-test');
    expect(new Set(first).size).toBe(30);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(20_000);
    expect(Math.max(...first)).toBeLessThan(32_000);
    const [port = 0] = first;
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const second = await freePorts(29, 'petri-test');
      expect(second).toEqual(first.slice(1));
      expect(await nextFreePort(port)).toBeGreaterThan(port);
    } finally {
      server.close();
    }
  });
});
