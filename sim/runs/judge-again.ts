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
  const recorded = run.verdict.judgement.invariants.find(({ id }) => id === 'same-bytes');
  const kept = (verdict: InvariantVerdict) => (verdict.id === 'same-bytes' ? (recorded ?? verdict) : verdict);
  return verdictOf(withReasons({ ...judgement, invariants: judgement.invariants.map(kept) }, cutShort), expect);
}
