import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { annotations } from '../runs/annotations.ts';
import { printJunit } from '../runs/junit.ts';
import { runsFolder } from '../runs/read-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { SubstrateName } from '../substrate/substrate.ts';
import type { CommandContext, Invocation } from './context.ts';
import { describeVerdict } from './describe-run.ts';
import { exitCodes, usage } from './failure.ts';
import { checkSubstrate, loadScenario, overrideScenario } from './load-scenario.ts';
import { seedOption, flag, listOption, textOption, wholeOption, wordOption } from './options.ts';
import { checkBug } from './planted-bugs.ts';
import { dockerOptions, type DockerOptions } from './prepare-docker.ts';
import { printJson } from './print.ts';
import { runOnce, type FinishedRun } from './run-once.ts';
import { startRunProgress } from './run-progress.ts';

const repeatMax = 1000;

/** Runs a scenario to a verdict. */
export async function run({ args, options, context }: Invocation): Promise<number> {
  const asked = args[0]!;
  const { scenario: read, file } = await loadScenario(asked);
  const scenario = overrideScenario(read, {
    seed: seedOption(options),
    bug: textOption(options, 'bug'),
    policies: listOption(options, 'set'),
  });
  const on = wordOption<SubstrateName>(options, 'on', ['process', 'docker', 'virtual']) ?? 'process';
  const repeat = wholeOption(options, 'repeat', { min: 1, max: repeatMax }) ?? 1;
  checkSubstrate(scenario, file, on);
  await checkBug(scenario.bug);
  const runs = await runAll({
    context,
    scenario,
    on,
    repeat,
    base: textOption(options, 'record') ?? runsFolder,
    docker: dockerOptions(options),
    showsUi:
      context.isTerminal && !flag(options, 'json') && on !== 'virtual' && repeat === 1 && !flag(options, 'plain'),
  });
  tell({ context, options, args }, file, scenario, on, runs);
  return exitCodeOf(runs);
}

interface AllRuns {
  readonly context: CommandContext;
  readonly scenario: Scenario;
  readonly on: SubstrateName;
  readonly repeat: number;
  readonly base: string;
  readonly docker: DockerOptions;
  readonly showsUi: boolean;
}

interface TimedRun extends FinishedRun {
  readonly seconds: number;
}

async function runAll({ context, scenario, on, repeat, base, docker, showsUi }: AllRuns): Promise<readonly TimedRun[]> {
  const runs: TimedRun[] = [];
  const cut = new AbortController();
  let finished = () => {};
  // What is under way is rolled back and ended before this process is.
  const forget = context.onInterrupt(() => {
    cut.abort();
    return new Promise((resolve) => (finished = resolve));
  });
  try {
    while (runs.length < repeat && !cut.signal.aborted) {
      const startMs = performance.now();
      const progress = startRunProgress(context, scenario, repeat === 1 ? '' : `${runs.length + 1}/${repeat} `);
      const over = Promise.withResolvers<void>();
      let ui: Promise<unknown> = Promise.resolve();
      try {
        const run = await runOnce(context, {
          scenario,
          on,
          base,
          docker,
          hooks: { ...progress.hooks, signal: cut.signal },
          earlierHashes: runs.flatMap(({ hash }) => hash),
          onWorld: (name) => {
            if (!showsUi || name === null) return;
            progress.hide();
            const options = { name, grown: false, readOnly: true, theme: null, until: over.promise };
            ui = context.openUi(options).then((code) => {
              progress.show();
              if (code !== 0) cut.abort();
            });
          },
        });
        runs.push({ ...run, seconds: (performance.now() - startMs) / 1000 });
      } finally {
        over.resolve();
        await ui;
        progress.end();
      }
    }
  } finally {
    forget();
    finished();
  }
  return runs;
}

function tell(
  { context, options }: Invocation,
  file: string,
  scenario: Scenario,
  on: SubstrateName,
  runs: readonly TimedRun[],
): void {
  const junit = textOption(options, 'junit');
  const facts = { scenario: scenario.name, seed: scenario.seed, on };
  if (junit !== null) {
    const text = printJunit(runs.map(({ verdict, seconds }) => ({ ...facts, seconds, verdict })));
    try {
      writeFileSync(junit, text);
    } catch (error) {
      usage(`${junit} cannot be written (${(error as NodeJS.ErrnoException).code}): name another file with --junit`);
    }
  }
  if (process.env['GITHUB_ACTIONS'] === 'true')
    for (const { verdict } of runs)
      for (const line of annotations(relative(process.cwd(), file), scenario.name, verdict)) context.err(line);
  if (flag(options, 'json')) return printJson(context, asJson(facts, runs));
  for (const run of runs) {
    if (runs.length === 1) describeVerdict(context, run.verdict);
    else context.out(`${run.verdict.verdict.padEnd(12)} ${run.path}  ${run.verdict.headline}`);
  }
  const last = runs.at(-1);
  if (!last) return;
  if (runs.length > 1)
    context.out(`${countOf(runs, 'held')} of ${runs.length} held, ${countOf(runs, 'violated')} violated`);
  context.out(`recorded in ${last.path}: petri report ${last.path}`);
}

function asJson(facts: object, runs: readonly TimedRun[]): object {
  const each = runs.map(({ path, verdict, seconds }) => ({ ...facts, path, seconds, ...verdict }));
  const [only, ...others] = each;
  if (only && others.length === 0) return only;
  const counts = { held: countOf(runs, 'held'), violated: countOf(runs, 'violated') };
  return { ...facts, of: runs.length, ...counts, runs: each };
}

function countOf(runs: readonly TimedRun[], verdict: string): number {
  return runs.filter((run) => run.verdict.verdict === verdict).length;
}

/** One violation is enough; a run that proves nothing is no pass. */
function exitCodeOf(runs: readonly TimedRun[]): number {
  if (countOf(runs, 'violated') > 0) return exitCodes.violated;
  return countOf(runs, 'held') === runs.length && runs.length > 0 ? exitCodes.done : exitCodes.unproven;
}
