import type { Searched } from '../search/search.ts';
import type { Tally } from '../search/tally.ts';
import { safeText } from '../state/safe-text.ts';
import type { CommandContext } from './context.ts';
import { paint, span } from './print.ts';
import type { Replayed } from './replay-find.ts';

/** What was found, what it was shrunk to, and what to type next. */
export function describeFind(
  context: CommandContext,
  { found, schedules }: Searched,
  file: string,
  replayed: Replayed | null,
): void {
  if (!found) return;
  const { scenario, seed, invariant, verdict, tried, tookMs, complete } = found;
  const { timeline, world } = scenario;
  const times = schedules === 1 ? 'the first schedule' : `schedule ${schedules}`;
  context.out(`${paint(context, ['red', 'bold'], invariant)} is violated by ${times}, seed ${seed}`);
  const [first] = verdict.violations;
  if (first) {
    const who = [first.request, first.tenant, first.cell].filter((each) => each !== null).join(' · ');
    context.out(`  ${safeText(who, 120)}`);
    context.out(`  expected ${safeText(first.expected, 300)}`);
    context.out(`  seen     ${safeText(first.seen, 300)}`);
  }
  const things = timeline.length === 1 ? '1 thing is done' : `${timeline.length} things are done`;
  const tenants = world.tenants === 1 ? '1 tenant' : `${world.tenants} tenants`;
  const cells = world.cells === 1 ? '1 cell' : `${world.cells} cells`;
  context.out(
    `shrunk in ${span(tookMs)} and ${tried} runs: ${things} to ${tenants} in ${cells} over ${scenario.runMs / 1000} s${complete ? '' : ' (the time was over first)'}`,
  );
  if (replayed) context.out(`on ${replayed.on} it failed ${replayed.violated} of ${replayed.of} times`);
  context.out(`written to ${file}: petri run ${file} --on virtual`);
}

/** What was looked at, and what was never seen. */
export function describeTally(context: CommandContext, tally: Tally): void {
  context.out(tally.line(null, tally.tookMs));
  if (tally.inconclusive > 0)
    context.out(`${tally.inconclusive} proved nothing, the last because ${safeText(tally.why ?? '', 200)}`);
  const never = Object.entries(tally.coverage()).flatMap(([goal, times]) => (times === 0 ? [goal] : []));
  if (never.length > 0) context.out(`never seen: ${never.join(', ')}`);
}
