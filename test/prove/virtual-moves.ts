import type { Event } from '../../cells/runtime/events.ts';
import { createJudge } from '../../sim/judge/judge.ts';
import { runScenario } from '../../sim/scenario/runner.ts';
import { parseScenarioFile } from '../../sim/scenario/scenario-file.ts';
import { Dice } from '../../sim/search/dice.ts';
import { openVirtualWorld } from '../../sim/substrate/virtual/virtual-world.ts';
import type { Round } from './rounds.ts';

const cells = ['a', 'b', 'c'] as const;
const tenants = ['t01', 't02', 't03', 't04', 't05', 't06'] as const;
const steps = ['begun', 'quiesced', 'drained', 'fenced', 'copied', 'verified', 'flipped', 'resumed'] as const;
const lastings = ['500ms', '1500ms', '3s', '9s'] as const;
const movesOfRound = 6;
/** `X` stands for a cell. */
const hurts = [
  ...['kill control', 'pause control', 'kill map', 'pause map', 'partition control->X/aurora'],
  ...['kill X/aurora/writer', 'pause X/aurora/writer', 'kill X', 'pause X', 'aurora-failover X'],
  ...['kill X/worker/1', 'pause X/worker/1', 'kill X/web/1'],
] as const;

/** One schedule in virtual time: six moves of six tenants among three cells, each hurt at one of its steps, and judged by everything. */
export async function moveInVirtualTime(seed: number): Promise<Round> {
  const parsed = parseScenarioFile(Buffer.from(scheduleOf(seed)));
  if (parsed.kind !== 'scenario') throw new Error(`the schedule of seed ${seed} is ${parsed.kind}`);
  const { scenario } = parsed;
  const driver = await openVirtualWorld(scenario.world, { seed });
  const counts = { moved: 0, 'put back': 0 };
  const count = ({ kind }: Event) => {
    if (kind === 'move.cleaned') counts.moved++;
    else if (kind === 'move.rolled-back') counts['put back']++;
  };
  const { judgement } = await driver.run(() =>
    runScenario(scenario, driver, {
      createJudge,
      // A move may be refused: its tenant lives there already, is on its way, or control is gone for the moment.
      forgives: () => true,
      onEvents: (events) => events.forEach(count),
    }),
  );
  const problems = judgement.invariants.flatMap(({ id, state, reason, violations }) =>
    state === 'violated' ? [`seed ${seed}: ${id} ${reason ?? ''} ${JSON.stringify(violations[0] ?? {})}`] : [],
  );
  const proves = judgement.inconclusive.length === 0;
  return { problems, facts: { seed, ...counts, requests: judgement.facts.requests.offered, proves: String(proves) } };
}

function scheduleOf(seed: number): string {
  const dice = new Dice(seed);
  const timeline = Array.from({ length: movesOfRound }, (_, n) => {
    const atMs = 1000 + n * 3000 + dice.whole(0, 500, 'at', '', n);
    const move = `{tenant: ${dice.pick(tenants, 'tenant', '', n)}, to: ${dice.pick(cells, 'to', '', n)}}`;
    const [kind, target = ''] = dice
      .pick(hurts, 'hurt', '', n)
      .replace('X', dice.pick(cells, 'cell', '', n))
      .split(' ');
    const lasts = kind === 'aurora-failover' ? '' : `, for: ${dice.pick(lastings, 'lasts', '', n)}`;
    const when = `after: {event: move.${dice.pick(steps, 'step', '', n)}, count: ${n + 1}}`;
    return `  - {at: ${atMs}ms, move: ${move}}\n  - {${when}, fault: ${kind}, target: "${target}"${lasts}}\n`;
  });
  return [
    `petri: 1\nname: moves\nseed: ${seed}\nrun: 22s\n`,
    `world: {cells: 3, tenants: ${tenants.length}, cell: {web: 2, worker: 1}}\ntraffic: {rate: 30rps}\n`,
    `timeline:\n${timeline.join('')}`,
  ].join('');
}
