export type Outcome = 'ok' | 'refused' | 'unknown';

export interface Judged {
  readonly outcome: Outcome;
  readonly error: boolean;
}

export interface AnswerFacts {
  readonly status: number;
  /** The request was written to a cell. */
  readonly handed: boolean;
  /** The cell made this answer, not the router. */
  readonly byCell: boolean;
  readonly retryAfter: boolean;
  readonly path: string;
}

/**
 * What an answer says about effect: `ok` took place, `refused` surely had no effect, `unknown` may have had one.
 * An error is any 5xx, 429 or unknown.
 */
export function judgeAnswer(facts: AnswerFacts): Judged {
  const outcome = outcomeOf(facts);
  return { outcome, error: facts.status >= 500 || facts.status === 429 || outcome === 'unknown' };
}

function outcomeOf(facts: AnswerFacts): Outcome {
  const { status } = facts;
  if (!facts.handed) return 'refused';
  if (status === 499) return 'unknown';
  if (status >= 200 && status < 400) return 'ok';
  if (status === 404) return facts.byCell && facts.path.includes('/rows/') ? 'ok' : 'refused';
  if (status < 500) return 'refused';
  return status === 503 && facts.retryAfter ? 'refused' : 'unknown';
}
