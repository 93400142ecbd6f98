import { Bench, type Figure, figure, median, quantile, type Verdict } from './frame.ts';
import { openLoop, type OpenLoopRun } from './open-loop.ts';
import { startRouter } from './parts.ts';
import { type Proxy, startHaproxy, startUpstream } from './peers.ts';

const perSecond = 500;

/** P2: what the router adds to a request at a rate far below its limit. */
export const routerLatency: Figure = {
  id: 'P2',
  title: `Router: what it adds at ${perSecond} requests/s, open loop`,
  async measure({ quick }) {
    await using bench = new Bench();
    const upstream = await startUpstream(bench);
    const haproxy = await startHaproxy(bench, upstream);
    const direct: Proxy = { name: 'direct', port: upstream, pids: [] };
    const subjects = [direct, haproxy, await startRouter(bench, upstream)].filter((one): one is Proxy => one !== null);
    const runs = new Map<string, OpenLoopRun[]>(subjects.map(({ name }) => [name, []]));
    for (const { port } of subjects) await openLoop(port, perSecond, 2);
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      for (const { name, port } of subjects) runs.get(name)?.push(await openLoop(port, perSecond, quick ? 2 : 6));
    }

    const at = (name: string, share: number) =>
      median((runs.get(name) ?? []).map(({ latenciesMs }) => quantile(latenciesMs, share)));
    const rows = [...runs].map(([subject, all]) => ({
      subject,
      values: {
        'p50 ms': figure(at(subject, 0.5)),
        'p99 ms': figure(at(subject, 0.99)),
        'p50 added ms': figure(at(subject, 0.5) - at('direct', 0.5)),
        errors: String(all.reduce((sum, { errors }) => sum + errors, 0)),
      },
    }));
    const added = at('petri router', 0.5) - at('direct', 0.5);
    const ratio = haproxy ? at('petri router', 0.99) / at('haproxy', 0.99) : null;
    const verdicts: Verdict[] = [
      { target: 'p50 added ≤ 0.3 ms', measured: `${figure(added)} ms`, met: added <= 0.3 },
      {
        target: "p99 ≤ 3 × haproxy's",
        measured: ratio === null ? 'not measured' : `${figure(ratio)} ×`,
        met: ratio === null ? null : ratio <= 3,
      },
    ];
    return { rows, verdicts, notes: haproxy ? [] : ['haproxy is not on PATH and was not measured.'] };
  },
};
