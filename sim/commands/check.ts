import { join } from 'node:path';
import { exitCodes as exitCodeOf } from '../judge/verdict.ts';
import { judgeAgain } from '../runs/judge-again.ts';
import { openRun } from '../runs/read-run.ts';
import type { Invocation } from './context.ts';
import { describeVerdict } from './describe-run.ts';
import { loadScenario } from './load-scenario.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';

/** Judges a recorded run again, by its events alone. */
export async function run({ args, options, context }: Invocation): Promise<number> {
  const found = await openRun(args[0]!);
  const { scenario } = await loadScenario(join(found.folder, 'scenario.yaml'));
  const verdict = await judgeAgain(found, scenario.expect);
  const before = found.verdict.verdict;
  if (flag(options, 'json')) printJson(context, { path: found.path, recorded: before, ...verdict });
  else {
    describeVerdict(context, verdict);
    if (before !== verdict.verdict)
      context.out(`its record says ${before}: this version of the judge says ${verdict.verdict}`);
  }
  return exitCodeOf[verdict.verdict];
}
