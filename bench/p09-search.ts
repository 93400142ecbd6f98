import { join } from 'node:path';
import { availableParallelism } from 'node:os';
import type { Played } from '../sim/search/contract.ts';
import { Fleet } from '../sim/search/fleet.ts';
import { type Figure, figure, median, root } from './frame.ts';

const entries = 8;
const threadsOf = { one: 1, two: 2 } as const;

/** Plays `count` schedules from `first` on as a search does, one more as soon as one has ended. */
async function playAll(fleet: Fleet, threads: number, first: number, count: number): Promise<readonly Played[]> {
  const played: Played[] = [];
  let next = first;
  const lane = async () => {
    while (next < first + count) played.push(await fleet.play({ kind: 'seed', seed: next++ }));
  };
  await Promise.all(Array.from({ length: threads }, lane));
  return played;
}

interface Round {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly played: readonly Played[];
}

async function measureRounds(threads: number, rounds: number, count: number): Promise<readonly Round[]> {
  const fleet = new Fleet(join(root, 'dist', 'search.js'), threads, { base: null, bug: null, entries });
  try {
    // What is compiled while it runs is compiled before it counts.
    await playAll(fleet, threads, 1, Math.ceil(count / 2));
    const all: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage();
      const startMs = performance.now();
      const played = await playAll(fleet, threads, 1000 + round * count, count);
      const { user, system } = process.cpuUsage(before);
      all.push({
        perSecond: (count / (performance.now() - startMs)) * 1000,
        cpuMs: (user + system) / 1000 / count,
        played,
      });
    }
    return all;
  } finally {
    await fleet.close();
  }
}

/** P9: how many schedules a search plays and judges in a second. */
export const searchRate: Figure = {
  id: 'P9',
  title: 'Search: schedules of 400 operations, 8 faults and 30 virtual seconds, judged by every checker',
  async measure({ quick }) {
    const [rounds, count] = quick ? [1, 100] : [5, 150];
    const one = await measureRounds(threadsOf.one, rounds, count);
    const two = await measureRounds(threadsOf.two, rounds, count);
    const row = (subject: string, measured: readonly Round[]) => {
      const played = measured.flatMap((round) => round.played);
      const mean = (of: (one: Played) => number) => played.reduce((sum, each) => sum + of(each), 0) / played.length;
      return {
        subject,
        values: {
          'schedules/s': figure(median(measured.map(({ perSecond }) => perSecond))),
          'CPU ms each': figure(median(measured.map(({ cpuMs }) => cpuMs))),
          'virtual s each': figure(mean(({ virtualMs }) => virtualMs) / 1000),
          'events each': figure(mean(({ events }) => events)),
        },
      };
    };
    const rate = median(two.map(({ perSecond }) => perSecond));
    return {
      rows: [row('one thread', one), row('two threads', two)],
      verdicts: [{ target: '≥ 100 schedules/s on 2 cores', measured: `${figure(rate)}/s`, met: rate >= 100 }],
      notes: [
        `Each is drawn from its seed: a world of 2 or 3 cells, about 400 requests, ${entries} faults and actions where they find room; then it recovers and everything is read back. This machine has ${availableParallelism()} cores.`,
      ],
    };
  },
};
