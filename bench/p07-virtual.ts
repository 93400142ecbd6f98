import { join } from 'node:path';
import { loadScenario } from '../sim/commands/load-scenario.ts';
import { createJudge } from '../sim/judge/judge.ts';
import { runScenario } from '../sim/scenario/runner.ts';
import { openVirtualWorld } from '../sim/substrate/virtual/virtual-world.ts';
import { type Figure, figure, median, root } from './frame.ts';

interface Round {
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly requestsPerSecond: number;
  readonly logLines: number;
}

/** The scenario of the docs, made `seconds` long, in virtual time with its log and every checker. */
async function play(seconds: number): Promise<Round> {
  const { scenario } = await loadScenario(join(root, 'fixtures/scenarios/kill-one-cell.yaml'));
  const world = await openVirtualWorld(scenario.world, { seed: scenario.seed });
  const beganT = world.nowT();
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  let logLines = 0;
  let bytes = 0;
  const long = { ...scenario, runMs: seconds * 1000 };
  const { judgement } = await world.run(() =>
    runScenario(long, world, {
      createJudge,
      onEvents: (events) => {
        logLines += events.length;
        for (const event of events) bytes += JSON.stringify(event).length;
      },
    }),
  );
  if (bytes === 0) throw new Error('nothing was recorded');
  const realS = (performance.now() - beganMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const virtualS = (world.nowT() - beganT) / 1_000_000;
  return {
    ratio: virtualS / realS,
    cpuRatio: virtualS / ((user + system) / 1_000_000),
    requestsPerSecond: judgement.facts.requests.offered / realS,
    logLines,
  };
}

/** P7: how much faster than real time a world of three cells lives in virtual time. */
export const virtualTime: Figure = {
  id: 'P7',
  title: 'Virtual time: kill-one-cell made 1,800 s long, log on, every checker on, one core',
  async measure({ quick }) {
    const seconds = quick ? 120 : 1800;
    await play(60);
    const rounds: Round[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) rounds.push(await play(seconds));
    const of = (pick: (round: Round) => number) => median(rounds.map(pick));
    const values = {
      '× real time': figure(of(({ ratio }) => ratio)),
      '× real time by CPU': figure(of(({ cpuRatio }) => cpuRatio)),
      'requests/s': figure(of(({ requestsPerSecond }) => requestsPerSecond)),
      'log lines': figure(of(({ logLines }) => logLines)),
    };
    const ratio = of((round) => round.ratio);
    return {
      rows: [{ subject: 'three cells, 60 tenants, 40 requests/s', values }],
      verdicts: [{ target: '≥ 700 × real time', measured: `${figure(ratio)} ×`, met: ratio >= 700 }],
      notes: ['The run without the faults, which petri run adds for the blast radius, is not part of it.'],
    };
  },
};
