import type { ClientRetry } from './contract.ts';

/** Of the requests of the last while, so many may be retries. */
const budgetShare = 0.1;
const budgetMax = 200;
const attemptsMax = { keyed: 5, none: 1, storm: 30 } as const;
const backoffMsMin = 100;
const backoffMsMax = 2000;

/** Tokens: a first attempt earns a tenth of one, a retry takes a whole one. */
export class RetryBudget {
  #tokens = 10;

  earn(): void {
    this.#tokens = Math.min(budgetMax, this.#tokens + budgetShare);
  }

  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

export interface Attempt {
  /** 1 for the first. */
  readonly attempt: number;
  /** Null: no answer. */
  readonly status: number | null;
  /** A PUT or POST with a key, or a GET: doing it twice is doing it once. */
  readonly repeatable: boolean;
  readonly retryAfterMs: number | null;
}

const worthRetrying: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** How long to wait before the next attempt, in milliseconds, or null for none. `jitter` in [0, 1). The budget is asked only by `keyed`. */
export function retryWaitMs(
  policy: ClientRetry,
  { attempt, status, repeatable, retryAfterMs }: Attempt,
  jitter: number,
  budget: RetryBudget,
): number | null {
  // 409 after an attempt of our own: the first one with this key still runs.
  const worth = status === null || worthRetrying.has(status) || (status === 409 && attempt > 1);
  if (!worth || attempt >= attemptsMax[policy]) return null;
  if (policy === 'storm') return 0;
  if (!repeatable || !budget.take()) return null;
  const backoffMs = Math.min(backoffMsMax, backoffMsMin * 2 ** (attempt - 1));
  const wantedMs = Math.max(backoffMs, Math.min(retryAfterMs ?? 0, backoffMsMax));
  return wantedMs * (0.5 + jitter / 2);
}
