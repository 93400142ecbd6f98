import { Courses } from '../judge/counterfactual.ts';
import type { Judge } from '../judge/contract.ts';
import type { WorldDriver } from './driver.ts';
import { runScenario } from './runner.ts';
import type { Scenario } from './scenario.ts';

/** A world in virtual time, and how work is run in it. */
export interface OpenedDriver {
  readonly driver: WorldDriver;
  /** Runs work by the world's own time. */
  readonly within: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The same scenario without its faults; null where it has none, or where what else is done waits for what they do. */
export function withoutFaults(scenario: Scenario): Scenario | null {
  const isFault = ({ step }: Scenario['timeline'][number]) => step.kind === 'fault' || step.kind === 'heal';
  const others = scenario.timeline.filter((entry) => !isFault(entry));
  const hasFaults = others.length < scenario.timeline.length;
  if (!hasFaults || others.some(({ trigger }) => trigger.kind !== 'at')) return null;
  return { ...scenario, timeline: others, stop: [] };
}

/** Runs a scenario in a world in virtual time only to see what every tenant goes through. */
export async function coursesOf(scenario: Scenario, { driver, within }: OpenedDriver): Promise<Courses> {
  const courses = new Courses();
  await within(() =>
    runScenario(scenario, driver, {
      createJudge: () => noJudge,
      onEvents: (events) => {
        for (const event of events) courses.take(event);
      },
    }),
  );
  return courses;
}

const noJudge: Judge = {
  take() {},
  begin() {},
  end: () => ({ invariants: [], inconclusive: [], facts: noFacts }),
};

const noFacts: ReturnType<Judge['end']>['facts'] = {
  requests: { offered: 0, ok: 0, refused: 0, unknown: 0, inFlight: 0 },
  errors: { all: 0, inside: 0, outside: 0 },
  blastRadius: { predictedRatio: 0, measuredRatio: 0, hit: [], leaks: [] },
  detectedAfterMs: null,
  recoveredAfterMs: null,
  queueAgeMsMax: null,
  goodputRatio: 0,
  jobs: { accepted: 0, done: 0, dead: 0, open: 0, redelivered: 0 },
};
