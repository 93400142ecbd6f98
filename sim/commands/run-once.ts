import { Courses } from '../judge/counterfactual.ts';
import { createJudge } from '../judge/judge.ts';
import { verdictOf } from '../judge/verdict.ts';
import { MetricsBuilder } from '../runs/metrics.ts';
import type { RunPetri, Verdict } from '../runs/contract.ts';
import { RunWriter } from '../runs/run-folder.ts';
import { printScenario } from '../scenario/print.ts';
import { runScenario, type RunHooks, type RunOutcome } from '../scenario/runner.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { worldOf } from '../scenario/world-of.ts';
import { coursesOf, withoutFaults, type OpenedDriver } from '../scenario/without-faults.ts';
import type { SubstrateName } from '../substrate/substrate.ts';
import { version } from '../version.ts';
import { printWorld } from '../world/print-world.ts';
import type { CommandContext } from './context.ts';
import { growForRun } from './grow-for-run.ts';
import type { DockerOptions } from './prepare-docker.ts';

export interface RunRequest {
  readonly scenario: Scenario;
  readonly on: SubstrateName;
  /** The folder of runs. */
  readonly base: string;
  readonly docker: DockerOptions;
  readonly hooks: Pick<RunHooks, 'onPhase' | 'onDone' | 'signal'>;
  /** Hashes of the logs of earlier runs of the same seed, in virtual time. */
  readonly earlierHashes: readonly string[];
  /** The world of the run is up, under this name; null: it is virtual. */
  readonly onWorld?: (name: string | null) => void;
}

export interface FinishedRun {
  readonly path: string;
  readonly verdict: Verdict;
  readonly outcome: RunOutcome;
  /** Of the log, byte by byte, where a seed reproduces it. */
  readonly hash: readonly string[];
}

/** One run of a scenario, recorded in a folder of its own. */
export async function runOnce(context: CommandContext, request: RunRequest): Promise<FinishedRun> {
  const { scenario, on, base, hooks, earlierHashes } = request;
  const writer = new RunWriter(base, scenario.name, scenario.seed, Date.now());
  try {
    const without = on === 'virtual' ? await coursesWithoutFaults(scenario) : null;
    const courses = without && new Courses();
    const { driver, within, images } = await openDriver(context, request, writer.logs);
    let engine = '';
    const metrics: { of: MetricsBuilder | null } = { of: null };
    const outcome = await within(async () => {
      engine = (await driver.status()).engine;
      return runScenario(scenario, driver, {
        ...hooks,
        createJudge: (world) => {
          metrics.of = new MetricsBuilder(world.map);
          return createJudge(world);
        },
        onClock: (startT) => {
          metrics.of?.begin(startT);
        },
        otherRuns: () => ({
          ...(on === 'virtual' ? { logHashes: [...earlierHashes, writer.hash()] } : {}),
          ...(without && courses ? { counterfactual: { courses, without } } : {}),
        }),
        onEvents: (events) => {
          writer.write(events);
          for (const event of events) {
            metrics.of?.take(event);
            courses?.take(event);
          }
        },
      });
    });
    const { judged, judgement, done, cutShort, startedAt } = outcome;
    const verdict = verdictOf(judgement, scenario.expect);
    const { name, seed, bug, world } = scenario;
    writer.finish({
      plan: { format: 1, scenario: name, seed, bug, judged, done, startedAt, cutShort },
      metrics: (metrics.of ?? new MetricsBuilder(judged.map)).end(judged.endT),
      verdict,
      petri: petriOf(on, engine, images),
      scenario: printScenario(scenario),
      world: printWorld(world),
    });
    return { path: writer.path, verdict, outcome, hash: on === 'virtual' ? [writer.hash()] : [] };
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** What every tenant goes through in the world of the same seed in which nothing is hurt; null where there is nothing to compare. */
async function coursesWithoutFaults(scenario: Scenario): Promise<Courses | null> {
  const unhurt = withoutFaults(scenario);
  return unhurt && coursesOf(unhurt, await openVirtual(unhurt));
}

async function openVirtual(scenario: Scenario): Promise<OpenedDriver> {
  const { openVirtualWorld } = await import('../substrate/virtual/virtual-world.ts');
  const driver = await openVirtualWorld(worldOf(scenario), { seed: scenario.seed });
  return { driver, within: (work) => driver.run(work) };
}

async function openDriver(
  context: CommandContext,
  { scenario, on, docker, onWorld }: RunRequest,
  logs: string,
): Promise<OpenedDriver & Pick<RunPetri, 'images'>> {
  if (on === 'virtual') {
    onWorld?.(null);
    return { ...(await openVirtual(scenario)), images: {} };
  }
  const { driver, images } = await growForRun(context, { scenario, on, docker, logs });
  onWorld?.(driver.name);
  return { driver, within: (work) => work(), images };
}

function petriOf(on: SubstrateName, engine: string, images: RunPetri['images']): RunPetri {
  return {
    version,
    on,
    engine,
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    images,
  };
}
