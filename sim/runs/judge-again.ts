import type { InvariantVerdict } from '../judge/contract.ts';
import { createJudge } from '../judge/judge.ts';
import { verdictOf } from '../judge/verdict.ts';
import { withReasons } from '../scenario/runner.ts';
import type { Expectations } from '../scenario/scenario.ts';
import type { Verdict } from './contract.ts';
import type { RunFolder } from './read-run.ts';

/** Judges a recorded run by its events, as if it had just been run. What other runs said of it is taken from its record. */
export async function judgeAgain(run: RunFolder, expect: Expectations): Promise<Verdict> {
  const { judged, cutShort = [] } = run.plan;
  const judge = createJudge(judged);
  judge.begin(judged.startT);
  for await (const event of run.events()) judge.take(event);
  const judgement = judge.end(judged);
  const recorded = new Map(run.verdict.judgement.invariants.map((verdict) => [verdict.id, verdict]));
  const kept = (verdict: InvariantVerdict) => {
    const before = recorded.get(verdict.id);
    return before && takesOtherRuns(before, verdict) ? before : verdict;
  };
  return verdictOf(withReasons({ ...judgement, invariants: judgement.invariants.map(kept) }, cutShort), expect);
}

/** `same-bytes` compares runs; in virtual time `blast-radius` may have been broken by what the run without faults showed. */
function takesOtherRuns(before: InvariantVerdict, now: InvariantVerdict): boolean {
  if (now.id === 'same-bytes') return true;
  return now.id === 'blast-radius' && before.looked.includes('run without faults') && now.state === 'held';
}
