import type { InvariantId, InvariantVerdict } from '../judge/contract.ts';
import { printScenario } from '../scenario/print.ts';
import { parseScenarioFile } from '../scenario/scenario-file.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { isFind, type Played, type Task } from './contract.ts';
import { shrink } from './shrink.ts';

export interface ReducePorts {
  play(task: Task): Promise<Played>;
  readonly width: number;
  /** Monotonic milliseconds. */
  nowMs(): number;
}

export interface ReducedFind {
  readonly scenario: Scenario;
  /** The text of its file: read again and run, it fails. */
  readonly text: string;
  /** What its run showed. */
  readonly verdict: InvariantVerdict;
  /** How many scenarios were run to shrink it, and for how long. */
  readonly tried: number;
  readonly tookMs: number;
  /** False where the time was over before nothing more could be left out. */
  readonly complete: boolean;
}

/** Shrinks a scenario that violates an invariant, with nothing in it that the world refuses, and makes a file of it that violates it again. */
export async function reduceFind(
  found: Scenario,
  invariant: InvariantId,
  withinMs: number,
  ports: ReducePorts,
): Promise<ReducedFind> {
  const startMs = ports.nowMs();
  const { seed } = found;
  const playScenario = (scenario: Scenario) => ports.play({ kind: 'scenario', scenario });
  const shrunk = await shrink(nameAs(found, `${invariant}-${seed}`), {
    fails: async (scenario) => {
      const played = await playScenario(scenario);
      return played.refused.length === 0 && isFind(played, invariant);
    },
    triggers: async (scenario) => (await ports.play({ kind: 'scenario', scenario, triggers: true })).triggers ?? [],
    width: ports.width,
    over: () => ports.nowMs() - startMs > withinMs,
  });
  const tookMs = ports.nowMs() - startMs;
  const text = printScenario(shrunk.scenario, commentOf(seed, invariant));
  const read = parseScenarioFile(Buffer.from(text));
  if (read.kind !== 'scenario') throw new Error(`seed ${seed} made a scenario that cannot be read:\n${text}`);
  const last = await playScenario({ ...read.scenario, world: { ...read.scenario.world, on: 'virtual' } });
  const verdict = last.violated.find(({ id }) => id === invariant);
  if (!verdict || !isFind(last, invariant)) throw new Error(`what was written does not fail as it did:\n${text}`);
  return { ...shrunk, text, verdict, tookMs };
}

/**
 * A run that a person starts is cut short by what the world refuses to do. So whatever was refused is left out, and what is left
 * must fail by itself; null where it does not.
 */
export async function withoutRefused(
  found: Scenario,
  played: Played,
  fails: (played: Played) => boolean,
  play: ReducePorts['play'],
): Promise<{ readonly scenario: Scenario; readonly played: Played } | null> {
  let scenario = found;
  let last = played;
  while (fails(last)) {
    const { refused } = last;
    if (refused.length === 0) return { scenario, played: last };
    scenario = { ...scenario, timeline: scenario.timeline.filter((_, at) => !refused.includes(at)) };
    last = await play({ kind: 'scenario', scenario });
  }
  return null;
}

function nameAs(scenario: Scenario, name: string): Scenario {
  return { ...scenario, name, world: { ...scenario.world, name: name.slice(0, 32).replace(/-+$/, '') } };
}

function commentOf(seed: number, invariant: InvariantId): readonly string[] {
  return [`Found by petri search with seed ${seed}: violates ${invariant} in virtual time, every time.`];
}
