import type { ExpectationResult, Verdict } from '../runs/contract.ts';
import type { Expectations } from '../scenario/scenario.ts';
import { counted } from './findings.ts';
import type { InvariantVerdict, Judgement } from './contract.ts';

/** Exit codes of the verdicts. */
export const exitCodes = { held: 0, violated: 1, inconclusive: 2 } as const satisfies Record<
  Verdict['verdict'],
  number
>;

/** What a judgement says of what was expected. A run that proves nothing is inconclusive whatever it shows, and so is one with an unknown. */
export function verdictOf(judgement: Judgement, expect: Expectations): Verdict {
  const expectations = [...measured(judgement, expect), ...invariantResults(judgement, expect)];
  const broken = expectations.filter(({ state }) => state === 'violated');
  const unclear = expectations.filter(({ state }) => state === 'unknown');
  const verdict =
    judgement.inconclusive.length > 0
      ? 'inconclusive'
      : broken.length > 0
        ? 'violated'
        : unclear.length > 0
          ? 'inconclusive'
          : 'held';
  return { format: 1, verdict, headline: headline(judgement, verdict, broken, unclear), expectations, judgement };
}

function measured({ facts }: Judgement, expect: Expectations): ExpectationResult[] {
  const results: (ExpectationResult | null)[] = [
    atMost('blastRadius', expect.blastRadius, facts.blastRadius.measuredRatio, percent),
    atMost('errors.all', expect.errors.all, facts.errors.all, String),
    atMost('errors.inside', expect.errors.inside, facts.errors.inside, String),
    atMost('errors.outside', expect.errors.outside, facts.errors.outside, String),
    atMost('detectWithin', expect.detectWithinMs, facts.detectedAfterMs, seconds, 'no router found a cell down'),
    atMost('recoverWithin', expect.recoverWithinMs, facts.recoveredAfterMs, seconds, 'it did not recover'),
    atMost('queueAge', expect.queueAgeMs, facts.queueAgeMsMax, seconds, 'no job was received'),
    atMost('jobsRerun', expect.jobsRerun, facts.jobs.redelivered, String),
    atMost('jobsDead', expect.jobsDead, facts.jobs.dead, String),
    atLeast('goodput', expect.goodput, facts.goodputRatio, percent),
  ];
  return results.filter((result) => result !== null);
}

function atMost(
  name: string,
  bound: number | null,
  value: number | null,
  say: (value: number) => string,
  absent = 'nothing',
): ExpectationResult | null {
  if (bound === null) return null;
  const expected = `at most ${say(bound)}`;
  if (value === null) return { name, state: 'violated', expected, measured: absent };
  return { name, state: value <= bound ? 'held' : 'violated', expected, measured: say(value) };
}

function atLeast(
  name: string,
  bound: number | null,
  value: number,
  say: (value: number) => string,
): ExpectationResult | null {
  if (bound === null) return null;
  return {
    name,
    state: value >= bound ? 'held' : 'violated',
    expected: `at least ${say(bound)}`,
    measured: say(value),
  };
}

/** One for each invariant that is expected to hold, or to be broken. */
function invariantResults({ invariants }: Judgement, expect: Expectations): ExpectationResult[] {
  return invariants.flatMap((invariant) => {
    const name = `invariants.${invariant.id}`;
    if (expect.violated.includes(invariant.id)) {
      const state = invariant.state === 'violated' ? 'held' : invariant.state === 'held' ? 'violated' : invariant.state;
      return [{ name, state, expected: 'violated', measured: told(invariant) }];
    }
    if (expect.invariants !== 'all' && !expect.invariants.includes(invariant.id)) return [];
    return [{ name, state: invariant.state, expected: 'held', measured: told(invariant) }];
  });
}

function told({ state, count, reason, looked }: InvariantVerdict): string {
  if (state === 'held') return `held over ${looked}`;
  if (state === 'violated') return `violated ${count === 1 ? 'once' : `${count} times`} in ${looked}`;
  return reason === null ? state : `${state}: ${reason}`;
}

function headline(
  judgement: Judgement,
  verdict: Verdict['verdict'],
  broken: readonly ExpectationResult[],
  unclear: readonly ExpectationResult[],
): string {
  const { requests, blastRadius } = judgement.facts;
  if (verdict === 'inconclusive') {
    const reason = judgement.inconclusive[0]?.reason;
    return reason ?? `${nameOf(unclear[0]!)} is ${unclear[0]!.measured}`;
  }
  if (verdict === 'violated') {
    const more = broken.length === 1 ? '' : ` (and ${broken.slice(1).map(nameOf).join(', ')})`;
    return `${sentenceOf(broken[0]!, judgement)}${more}`;
  }
  const hit = `${percent(blastRadius.measuredRatio)} of the tenants hit`;
  return `${counted(requests.offered, 'request')}, ${percent(judgement.facts.goodputRatio)} answered well, ${hit}, as expected`;
}

function sentenceOf(broken: ExpectationResult, { invariants }: Judgement): string {
  const { expected, measured } = broken;
  const breach = invariants.find(({ id }) => broken.name === `invariants.${id}`)?.violations[0];
  if (breach && expected === 'held') return `${nameOf(broken)}: expected ${breach.expected}; seen ${breach.seen}`;
  return `${nameOf(broken)}: expected ${expected}; seen ${measured}`;
}

function nameOf({ name }: ExpectationResult): string {
  return name.replace(/^invariants\./, '');
}

/** Near the whole the second decimal tells. */
function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(ratio > 0.99 ? 2 : 1))}%`;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
