import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Bench, type BenchOptions, type Figure, figure, findExecutable, median, root } from './frame.ts';
import { cpuMsOf, endedChildrenCpuMs, pssBytesOf, treeOf } from './processes.ts';
import { BenchWorld, partsOf } from './world.ts';

const mib = 1024 ** 2;

interface Growth {
  readonly upMs: number;
  readonly cpuMs: number;
  readonly emptyMs: number;
  readonly processes: number;
}

/** P3: growing the default world, beside the same number of processes that do nothing. */
export const growth: Figure = {
  id: 'P3',
  title: '`petri up` of the default world (three cells), to every cell answering through the router',
  async measure(options) {
    await using bench = new Bench();
    const world = new BenchWorld(bench);
    const rounds: Growth[] = [];
    for (let round = 0; round < (options.quick ? 1 : 5); round++) {
      await world.run(['down', '--all']);
      rounds.push(await grow(world));
    }
    const { pssBytes, idleRatio } = await afterLoad(world, options);
    const of = (read: (one: Growth) => number) => median(rounds.map(read));
    const ratio = of(({ upMs, emptyMs }) => upMs / emptyMs);
    const hasRedis = findExecutable('redis-server') !== null;
    return {
      rows: [
        {
          subject: `petri up, ${of(({ processes }) => processes)} processes`,
          values: { ms: figure(of(({ upMs }) => upMs)), 'CPU ms in all': figure(of(({ cpuMs }) => cpuMs)) },
        },
        { subject: 'as many empty Node processes', values: { ms: figure(of(({ emptyMs }) => emptyMs)) } },
      ],
      verdicts: [
        { target: '≤ 3.5 × the empty processes', measured: `${figure(ratio)} ×`, met: ratio <= 3.5 },
        {
          target: 'CPU ≤ 7 s in all',
          measured: `${figure(of(({ cpuMs }) => cpuMs) / 1000)} s`,
          met: of(({ cpuMs }) => cpuMs) <= 7000,
        },
        {
          target: `proportional set size ≤ 900 MiB after ${options.quick ? 5 : 60} s of load`,
          measured: `${figure(pssBytes / mib)} MiB`,
          met: pssBytes <= 900 * mib,
        },
        {
          target: '≤ 5 % of a core with traffic off',
          measured: `${figure(idleRatio * 100)} %`,
          met: idleRatio <= 0.05,
        },
      ],
      notes: hasRedis ? [] : ['redis-server is not on PATH: the embedded engine was measured.'],
    };
  },
};

async function grow(world: BenchWorld): Promise<Growth> {
  const [cpuBeforeMs, sinceMs] = [endedChildrenCpuMs(), performance.now()];
  const status = await world.up();
  const upMs = performance.now() - sinceMs;
  const cpuMs = endedChildrenCpuMs() - cpuBeforeMs + cpuMsOf(treeOf(status.supervisor.pid));
  const processes = partsOf(status).filter(({ pid }) => pid !== null).length;
  return { upMs, cpuMs, processes, emptyMs: await startEmpty(processes) };
}

/** How long as many Node processes take that only say that they run, all started at once. */
async function startEmpty(count: number): Promise<number> {
  const sinceMs = performance.now();
  const children = Array.from({ length: count }, () => fork(join(root, 'bench/programs/empty.mjs')));
  await Promise.all(children.map((child) => once(child, 'message')));
  const tookMs = performance.now() - sinceMs;
  const ended = children.map((child) => once(child, 'exit'));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ended);
  return tookMs;
}

/** What the world holds after a while of its own traffic, and what it uses when that is off. */
async function afterLoad(world: BenchWorld, { quick }: BenchOptions) {
  await wait(quick ? 5000 : 60_000);
  const tree = treeOf((await world.status()).supervisor.pid);
  const pssBytes = pssBytesOf(tree);
  await world.run(['traffic', '--off']);
  await wait(quick ? 2000 : 10_000);
  // A worker that is scaled to zero meanwhile takes its figure with it: each process is compared with itself.
  const before = tree.map((pid) => ({ pid, cpuMs: cpuMsOf([pid]) }));
  const sinceMs = performance.now();
  await wait(quick ? 5000 : 20_000);
  const usedMs = before.reduce((sum, { pid, cpuMs }) => sum + Math.max(0, cpuMsOf([pid]) - cpuMs), 0);
  return { pssBytes, idleRatio: usedMs / (performance.now() - sinceMs) };
}
