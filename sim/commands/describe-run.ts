import type { Judgement, Violation } from '../judge/contract.ts';
import type { Verdict } from '../runs/contract.ts';
import { safeText } from '../state/safe-text.ts';
import type { CommandContext } from './context.ts';
import { paint, percent, printTable, span } from './print.ts';

const violationsShown = 3;

/** The summary of a judged run, for a person. */
export function describeVerdict(context: CommandContext, verdict: Verdict): void {
  const { headline, expectations, judgement } = verdict;
  context.out(paint(context, styleOf[verdict.verdict], `${verdict.verdict.toUpperCase()}  ${safeText(headline, 400)}`));
  for (const { reason } of judgement.inconclusive) context.out(`  it proves nothing: ${safeText(reason, 400)}`);
  // That an invariant held is said once, below.
  const told = expectations.filter(({ name, state }) => !name.startsWith('invariants.') || state === 'violated');
  if (told.length > 0) {
    context.out('');
    printTable(
      context,
      ['EXPECTATION', 'STATE', 'EXPECTED', 'MEASURED'],
      told.map(({ name, state, expected, measured }) => [name, state, expected, measured]),
    );
  }
  context.out('');
  const shown = judgement.invariants.map(({ id, state, looked, reason }) => [id, state, reason ?? looked]);
  printTable(context, ['INVARIANT', 'STATE', 'LOOKED AT'], shown);
  for (const { id, state, count, violations } of judgement.invariants) {
    if (state !== 'violated') continue;
    context.out('');
    context.out(paint(context, 'red', `${id}: ${count} ${count === 1 ? 'violation' : 'violations'}`));
    for (const violation of violations.slice(0, violationsShown)) describeViolation(context, violation);
  }
  context.out('');
  for (const line of factLines(judgement)) context.out(line);
}

function describeViolation(context: CommandContext, violation: Violation): void {
  const { request, tenant, cell, epoch, expected, seen, events } = violation;
  const who = [
    ...(request === null ? [] : [`request ${request}`]),
    ...(tenant === null ? [] : [`tenant ${tenant}`]),
    ...(cell === null ? [] : [`cell ${cell}`]),
    ...(epoch === null ? [] : [`epoch ${epoch}`]),
  ];
  context.out(`  ${safeText(who.join(', '), 200)}`);
  context.out(`    expected ${safeText(expected, 300)}`);
  context.out(`    seen     ${safeText(seen, 300)}`);
  for (const event of events) {
    const { v: _, t, at: __, seq: ___, life: ____, part, kind, ...fields } = event;
    context.out(`      ${(t / 1e6).toFixed(3)} ${part} ${kind} ${safeText(JSON.stringify(fields), 160)}`);
  }
}

function factLines({ facts }: Judgement): readonly string[] {
  const { requests, errors, blastRadius, detectedAfterMs, recoveredAfterMs, jobs, goodputRatio } = facts;
  const { offered, ok, refused, unknown, inFlight } = requests;
  return [
    `requests: ${offered} offered, ${ok} ok, ${refused} refused, ${unknown} unknown, ${inFlight} in flight; goodput ${percent(goodputRatio)}`,
    `errors: ${errors.all} attempts, ${errors.inside} of tenants predicted, ${errors.outside} of others`,
    `blast radius: ${percent(blastRadius.measuredRatio)} of the tenants hit, ${percent(blastRadius.predictedRatio)} predicted, ${blastRadius.leaks.length} leaked`,
    `detected after ${span(detectedAfterMs)}, recovered after ${span(recoveredAfterMs)}`,
    `jobs: ${jobs.accepted} accepted, ${jobs.done} done, ${jobs.dead} dead, ${jobs.open} open, ${jobs.redelivered} redelivered`,
  ];
}

const styleOf = { held: 'green', violated: 'red', inconclusive: 'yellow' } as const;
