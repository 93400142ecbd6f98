import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { invariantIds, type InvariantId } from '../judge/contract.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { startSearch, type Searched, type SearchRequest } from '../search/search.ts';
import { Tally } from '../search/tally.ts';
import { seedRange } from '../world/quantities.ts';
import type { CommandContext, Invocation } from './context.ts';
import { exitCodes, usage } from './failure.ts';
import { loadScenario } from './load-scenario.ts';
import { flag, seedOption, textOption, wholeOption, wordOption } from './options.ts';
import { checkBug } from './planted-bugs.ts';
import { printJson } from './print.ts';
import { replayFind, type Replayed } from './replay-find.ts';
import { describeFind, describeTally } from './describe-search.ts';
import { tellProgress } from './tell-progress.ts';

const seedsDefault = 1000;
const shrinkWithinMs = 9000;

/** Looks for a schedule of faults that breaks a promise, shrinks it, and writes it as a scenario file. */
export async function run({ args, options, context }: Invocation): Promise<number> {
  const base = args[0] === undefined ? null : (await loadScenario(args[0])).scenario;
  const on = wordOption(options, 'on', ['virtual', 'process', 'docker']) ?? 'virtual';
  const request = requestOf(options, base);
  const tally = new Tally();
  await checkBug(request.bug);
  const searched = await searchOn(context, request, tally);
  const file =
    searched.found && write(searched.found.text, searched.found.scenario.name, textOption(options, 'output'));
  const replayed =
    file === null || on === 'virtual'
      ? null
      : await replayFind(context, { file, on, times: wholeOption(options, 'repeat', { min: 1, max: 100 }) ?? 5 });
  if (flag(options, 'json')) printJson(context, asJson(searched, file, tally, replayed));
  else {
    if (searched.found && file !== null) describeFind(context, searched, file, replayed);
    describeTally(context, tally);
  }
  if (searched.found) return exitCodes.violated;
  return tally.schedules > 0 && tally.inconclusive === tally.schedules ? exitCodes.unproven : exitCodes.done;
}

function requestOf(options: Invocation['options'], base: Scenario | null): SearchRequest {
  const first = seedOption(options) ?? base?.seed ?? 1;
  const count = wholeOption(options, 'seeds', { min: 1, max: 100_000_000 }) ?? seedsDefault;
  if (first + count - 1 > seedRange.max)
    usage(`--seed ${first} and --seeds ${count} go past the last seed, ${seedRange.max}`);
  return {
    base,
    bug: textOption(options, 'bug') ?? base?.bug ?? null,
    first,
    count,
    jobs: wholeOption(options, 'jobs', { min: 1, max: 256 }) ?? availableParallelism(),
    wanted: wordOption<InvariantId>(options, 'violates', invariantIds),
    shrinkWithinMs,
  };
}

async function searchOn(context: CommandContext, request: SearchRequest, tally: Tally): Promise<Searched> {
  const startMs = performance.now();
  const progress = tellProgress(context, context.isTerminal ? 250 : 10_000);
  const search = startSearch(request, {
    onPlayed(played) {
      tally.take(played);
      progress.tell(tally.line(request.count, performance.now() - startMs));
    },
    onFound({ seed }, invariant) {
      progress.end();
      context.err(`seed ${seed} violates ${invariant}; shrinking it, for ${shrinkWithinMs / 1000} s at most`);
    },
  });
  const forget = context.onInterrupt(() => search.stop());
  try {
    return await search.done;
  } finally {
    progress.end();
    forget();
    tally.tookMs = performance.now() - startMs;
  }
}

/** Into the file that is asked for, else one of its own name; one that is there is left as it is, and the next name is taken. */
function write(text: string, name: string, asked: string | null): string {
  if (asked !== null) {
    try {
      writeFileSync(asked, text);
      return asked;
    } catch (error) {
      usage(`${asked} cannot be written (${(error as NodeJS.ErrnoException).code}): name another file with -o`);
    }
  }
  for (let n = 1; ; n++) {
    const file = n === 1 ? `${name}.yaml` : `${name}-${n}.yaml`;
    try {
      writeFileSync(file, text, { flag: 'wx' });
      return file;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') usage(`${file} cannot be written here (${code}): name another file with -o`);
    }
  }
}

function asJson({ found, schedules }: Searched, file: string | null, tally: Tally, replayed: Replayed | null): object {
  const seen = {
    inconclusive: tally.inconclusive,
    virtualHours: Number((tally.virtualMs / 3_600_000).toFixed(3)),
    seconds: Number((tally.tookMs / 1000).toFixed(1)),
    coverage: tally.coverage(),
  };
  if (!found) return { found: false, schedules, seed: null, scenario: null, faults: null, tenants: null, ...seen };
  const { scenario, seed, invariant, tried, tookMs, verdict } = found;
  return {
    found: true,
    schedules,
    seed,
    scenario: file,
    faults: scenario.timeline.filter(({ step }) => step.kind === 'fault').length,
    tenants: scenario.world.tenants,
    invariant,
    violation: verdict.violations[0] ?? null,
    shrunk: { tried, seconds: Number((tookMs / 1000).toFixed(1)), complete: found.complete },
    ...(replayed ? { replayed } : {}),
    ...seen,
  };
}
