import { Agent, get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Bench, type Figure, figure, median, quantile } from './frame.ts';
import { BenchWorld } from './world.ts';

/** A 503 counts as refused at once when it came this soon after its request. */
const atOnceMs = 250;
const everyMs = 4;

/** P5: from the death, or the freezing, of all processes of a cell to the first request that the router refuses at once. */
export const notice: Figure = {
  id: 'P5',
  title: 'A cell is killed or paused → the first request that the router refuses at once',
  async measure({ quick }) {
    await using bench = new Bench();
    const world = new BenchWorld(bench);
    const { router } = await world.up();
    const killedMs: number[] = [];
    const pausedMs: number[] = [];
    for (let round = 0; round < (quick ? 1 : 10); round++) {
      killedMs.push(await noticedAfterMs(world, router.url, 'SIGKILL'));
    }
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      pausedMs.push(await noticedAfterMs(world, router.url, 'SIGSTOP'));
    }
    const row = (subject: string, values: readonly number[]) => ({
      subject,
      values: {
        'p50 ms': figure(median(values)),
        'p95 ms': figure(quantile(values, 0.95)),
        rounds: String(values.length),
      },
    });
    return {
      rows: [row('killed', killedMs), row('paused', pausedMs)],
      verdicts: [
        {
          target: 'killed: ≤ 250 ms p95',
          measured: `${figure(quantile(killedMs, 0.95))} ms`,
          met: quantile(killedMs, 0.95) <= 250,
        },
        {
          target: 'paused: ≤ 2 s',
          measured: `${figure(Math.max(...pausedMs))} ms`,
          met: Math.max(...pausedMs) <= 2000,
        },
      ],
      notes: [`One request to a tenant of b every ${everyMs} ms; the signal goes to all processes of b, from outside.`],
    };
  },
};

async function noticedAfterMs(world: BenchWorld, url: string, signal: 'SIGKILL' | 'SIGSTOP'): Promise<number> {
  const pids = await servingPids(world);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  let signalledMs = Number.POSITIVE_INFINITY;
  let firstMs: number | null = null;
  const timer = setInterval(() => {
    const sentMs = performance.now();
    const request = get(`${url}/sheets/s1/rows/r1`, { agent, headers: { 'x-tenant-id': 't21' } }, (response) => {
      response.resume();
      const nowMs = performance.now();
      const isRefusal = response.statusCode === 503 && response.headers['retry-after'] !== undefined;
      if (isRefusal && sentMs > signalledMs && nowMs - sentMs <= atOnceMs) firstMs ??= nowMs - signalledMs;
    });
    request.on('error', () => {});
  }, everyMs);
  try {
    await wait(500);
    for (const pid of pids) process.kill(pid, signal);
    signalledMs = performance.now();
    for (let waited = 0; firstMs === null && waited < 10_000; waited += 10) await wait(10);
  } finally {
    clearInterval(timer);
    agent.destroy();
    if (signal === 'SIGSTOP') for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  return firstMs ?? Number.POSITIVE_INFINITY;
}

/** The processes of b, once it serves and has nothing to catch up. */
async function servingPids(world: BenchWorld): Promise<readonly number[]> {
  for (let attempt = 0; attempt < 240; attempt++) {
    const b = (await world.status()).cells.find(({ id }) => id === 'b');
    const pids = b?.components.flatMap(({ pid, state }) => (state === 'running' ? (pid ?? []) : [])) ?? [];
    if (b?.health === 'serving' && pids.length >= 7) return pids;
    await wait(250);
  }
  throw new Error('cell b does not serve after 60 s');
}
