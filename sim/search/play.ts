import { createJudge } from '../judge/judge.ts';
import { runScenario } from '../scenario/runner.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { worldOf } from '../scenario/world-of.ts';
import { openVirtualWorld } from '../substrate/virtual/virtual-world.ts';
import type { Played, PlayOptions } from './contract.ts';
import { Coverage } from './coverage.ts';
import { Moments } from './snap.ts';

/**
 * Runs a scenario in virtual time and has it judged, and keeps nothing of it: no run folder, no log. What the world refuses to do
 * is noted and gone past.
 */
export async function play(scenario: Scenario, { triggers, onEvent }: PlayOptions): Promise<Played> {
  const { seed, timeline } = scenario;
  const coverage = new Coverage();
  const moments = triggers ? new Moments() : null;
  const refused = new Set<number>();
  let events = 0;
  const driver = await openVirtualWorld(worldOf(scenario), { seed, observe: false });
  const { judged, judgement } = await driver.run(() =>
    runScenario(scenario, driver, {
      createJudge,
      onEvents(some) {
        events += some.length;
        for (const event of some) {
          coverage.take(event);
          moments?.take(event);
          onEvent?.(event);
        }
      },
      forgives(entry) {
        refused.add(timeline.indexOf(entry));
        return true;
      },
    }),
  );
  return {
    violated: judgement.invariants.filter(({ state }) => state === 'violated'),
    inconclusive: judgement.inconclusive.map(({ reason }) => reason),
    ...(moments ? { triggers: moments.triggers(scenario, judged.startT) } : {}),
    met: coverage.met(),
    virtualMs: (judged.endT - judged.startT) / 1000,
    events,
    refused: [...refused].toSorted((one, other) => one - other),
  };
}
