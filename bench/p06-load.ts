import { Bench, type Figure, figure, findExecutable, median, quantile } from './frame.ts';
import { type MixedRun, mixedLoad } from './mixed-load.ts';
import { cpuMsOf, treeOf } from './processes.ts';
import { BenchWorld } from './world.ts';

const perSecond = 1000;

/** P6: a load that the default world carries without an error, the client on the same cores. */
export const sustainedLoad: Figure = {
  id: 'P6',
  title: `Default world under ${perSecond} requests/s: 70 % reads, 24 % writes, 5 % jobs, 1 % XL, links and recording on`,
  async measure({ quick }) {
    await using bench = new Bench();
    const world = new BenchWorld(bench);
    const { router, supervisor } = await world.up();
    await world.run(['traffic', '--off']);
    await mixedLoad(router.url, 300, quick ? 2 : 10);
    const runs: (MixedRun & { readonly cpuMicros: number })[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      const tree = treeOf(supervisor.pid);
      const before = cpuMsOf(tree);
      const run = await mixedLoad(router.url, perSecond, quick ? 5 : 20);
      runs.push({ ...run, cpuMicros: ((cpuMsOf(tree) - before) * 1000) / Math.max(1, run.latenciesMs.length) });
    }
    const at = (share: number) => median(runs.map(({ latenciesMs }) => quantile(latenciesMs, share)));
    const rate = median(runs.map((run) => run.perSecond));
    const errors = runs.reduce((sum, run) => sum + run.errors, 0);
    return {
      rows: [
        {
          subject: 'default world',
          values: {
            'answered/s': figure(rate),
            'p50 ms': figure(at(0.5)),
            'p99 ms': figure(at(0.99)),
            'CPU µs a request, whole world': figure(median(runs.map(({ cpuMicros }) => cpuMicros))),
            errors: String(errors),
          },
        },
      ],
      verdicts: [
        { target: '≥ 1,000 requests/s', measured: figure(rate), met: rate >= perSecond * 0.99 },
        { target: '0 errors', measured: String(errors), met: errors === 0 },
        { target: 'p99 ≤ 50 ms', measured: `${figure(at(0.99))} ms`, met: at(0.99) <= 50 },
      ],
      notes: findExecutable('redis-server') ? [] : ['redis-server is not on PATH: the embedded engine was measured.'],
    };
  },
};
