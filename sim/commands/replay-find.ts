import { runsFolder } from '../runs/read-run.ts';
import type { CommandContext } from './context.ts';
import { Failure } from './failure.ts';
import { checkSubstrate, loadScenario } from './load-scenario.ts';
import { noDockerOptions } from './prepare-docker.ts';
import { runOnce } from './run-once.ts';
import { startRunProgress } from './run-progress.ts';

/** How often a scenario that fails in virtual time fails on real parts: their timing is nobody's to choose. */
export interface Replayed {
  readonly on: 'process' | 'docker';
  readonly violated: number;
  readonly inconclusive: number;
  readonly of: number;
}

/** Runs a file that a search wrote on real parts. Null where its faults do not exist there, which is said. */
export async function replayFind(
  context: CommandContext,
  { file, on, times }: { readonly file: string; readonly on: Replayed['on']; readonly times: number },
): Promise<Replayed | null> {
  const { scenario } = await loadScenario(file);
  try {
    checkSubstrate(scenario, file, on);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    context.err(error.message);
    return null;
  }
  const cut = new AbortController();
  let finished = () => {};
  const forget = context.onInterrupt(() => {
    cut.abort();
    return new Promise((resolve) => (finished = resolve));
  });
  const counts = { held: 0, violated: 0, inconclusive: 0 };
  let of = 0;
  try {
    for (; of < times && !cut.signal.aborted; of++) {
      const progress = startRunProgress(context, scenario, `${of + 1}/${times} `);
      const hooks = { ...progress.hooks, signal: cut.signal };
      const request = { scenario, on, base: runsFolder, docker: noDockerOptions, hooks, earlierHashes: [] };
      const { verdict } = await runOnce(context, request).finally(() => progress.end());
      counts[verdict.verdict]++;
    }
  } finally {
    forget();
    finished();
  }
  return { on, violated: counts.violated, inconclusive: counts.inconclusive, of };
}
