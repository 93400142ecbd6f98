import { Bench, type Figure, figure, median, type Row, type Verdict } from './frame.ts';
import { startRouter } from './parts.ts';
import { type Proxy, startHaproxy, startNginx, startNodeProxy, startUpstream } from './peers.ts';
import { type Run, wrk } from './wrk.ts';

/** P1: requests per second through one proxy process to one upstream, beside the proxies that one would otherwise take. */
export const routerThroughput: Figure = {
  id: 'P1',
  title: 'Router: requests/s through route, proxy and recording to one upstream (wrk -t1 -c32)',
  async measure({ quick }) {
    await using bench = new Bench();
    const upstream = await startUpstream(bench);
    const peers = [
      await startNginx(bench, upstream),
      await startHaproxy(bench, upstream),
      await startNodeProxy(bench, 'undici', upstream),
      await startNodeProxy(bench, 'http-proxy', upstream),
    ].filter((peer): peer is Proxy => peer !== null);
    const direct: Proxy = { name: 'direct', port: upstream, pids: [] };
    const proxies = [await startRouter(bench, upstream), ...peers, direct];
    const runs = new Map<string, Run[]>(proxies.map(({ name }) => [name, []]));

    for (const proxy of proxies) await wrk(proxy, 1); // Warm: compiled, connected.
    // In turns, so that whatever disturbs the machine disturbs all of them.
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      for (const proxy of proxies) {
        const run = await wrk(proxy, quick ? 1 : 3);
        if (run) runs.get(proxy.name)?.push(run);
      }
    }
    return report(runs);
  },
};

function report(runs: ReadonlyMap<string, readonly Run[]>) {
  const rate = (name: string) => median((runs.get(name) ?? []).map(({ perSecond }) => perSecond));
  const own = rate('petri router');
  const rows = [...runs].map(([name, all]): Row => ({
    subject: name,
    values: {
      'requests/s': figure(rate(name)),
      'of the router': figure(own / rate(name)),
      'CPU µs a request': name === 'direct' ? '–' : figure(median(all.map(({ cpuMicros }) => cpuMicros))),
      errors: String(all.reduce((sum, { errors }) => sum + errors, 0)),
    },
  }));
  const verdicts = [
    ['nginx', 0.4],
    ['undici', 1.5],
    ['http-proxy', 5],
  ].map(([peer, atLeast]): Verdict => {
    const ratio = own / rate(String(peer));
    return {
      target: `≥ ${atLeast} × ${peer}`,
      measured: Number.isNaN(ratio) ? 'not measured' : `${figure(ratio)} ×`,
      met: Number.isNaN(ratio) ? null : ratio >= Number(atLeast),
    };
  });
  const missing = ['nginx', 'haproxy'].filter((name) => !runs.has(name));
  const notes = missing.map((name) => `${name} is not on PATH and was not measured.`);
  if (Number.isNaN(own)) notes.push('wrk is not on PATH: nothing was measured.');
  return { rows, verdicts, notes };
}
