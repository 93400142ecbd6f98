import type { CellHealth } from './contract.ts';
import type { RouteDecision } from './route.ts';

/** An answer that a router or a load balancer makes itself, because the far side gave none. */
export interface OwnWords {
  /** 503: surely without effect. 502 and 504: it may have taken effect. */
  readonly status: 502 | 503 | 504;
  readonly reason: string;
  readonly detail: string;
  /** Seconds, as `retry-after` says it; null where only the caller knows whether another try is safe. */
  readonly retryAfterS: number | null;
}

/** How a request goes on that got no answer. */
export type NextStep<Again> =
  | { readonly kind: 'again'; readonly to: Again }
  /** A part of the answer is with the client already: its connection is cut. */
  | { readonly kind: 'cut-off' }
  | ({ readonly kind: 'answer' } & OwnWords);

/** What is known of a request at a router whose way to a cell ended. */
export interface BrokenAtCell {
  readonly method: string;
  readonly cell: string;
  /** With the evidence of this very failure. */
  readonly health: CellHealth;
  /** Nothing of it was ever written to a cell. */
  readonly unsent: boolean;
  /** A part of the answer is with the client. */
  readonly started: boolean;
  /** It has been tried once more already. */
  readonly triedAgain: boolean;
}

/** Once more, in the same cell, and only what surely was never read: a tenant's data is in no other cell. */
export function afterBrokenAtCell({ cell, health, unsent, started, triedAgain }: BrokenAtCell): NextStep<string> {
  if (started) return { kind: 'cut-off' };
  if (!unsent) {
    const detail = `The connection to cell ${cell} broke after the request was handed over: it may have taken effect.`;
    return { kind: 'answer', status: 502, reason: 'connection-broke', detail, retryAfterS: null };
  }
  if (!triedAgain && health !== 'down') return { kind: 'again', to: cell };
  const detail = `Cell ${cell} takes no connection; nothing was sent to it.`;
  return { kind: 'answer', status: 503, reason: 'cell-unreachable', detail, retryAfterS: 1 };
}

/** What is known of a request at a router whose time is over. */
export interface LateAtCell {
  readonly method: string;
  readonly cell: string | null;
  readonly unsent: boolean;
  readonly started: boolean;
  readonly waitedMs: number;
}

/** Never once more: what was handed over may be at work still. */
export function afterLateAtCell({ cell, unsent, started, waitedMs }: LateAtCell): NextStep<string> {
  if (started) return { kind: 'cut-off' };
  if (unsent) {
    const detail = `Cell ${cell} could not be connected to in time; nothing was sent to it.`;
    return { kind: 'answer', status: 503, reason: 'cell-unreachable', detail, retryAfterS: 1 };
  }
  const detail = `Cell ${cell} did not answer within ${waitedMs} ms: the request may have taken effect.`;
  return { kind: 'answer', status: 504, reason: 'no-answer-in-time', detail, retryAfterS: null };
}

/**
 * After a 421, when a fresh map was read: `again` where it names another place, `refuse` where it says what will pass, as of a
 * tenant on its way, since its client knows to come back; else the 421 stands.
 */
export function afterStale(
  before: { readonly cell: string | null; readonly epoch: number | null },
  now: RouteDecision,
): 'again' | 'refuse' | 'pass' {
  if (now.kind === 'forward') return now.cell !== before.cell || now.epoch !== before.epoch ? 'again' : 'pass';
  return now.retryAfterS === null ? 'pass' : 'refuse';
}

/** What is known of a request at a load balancer whose way to a task ended. */
export interface BrokenAtTask {
  readonly method: string;
  readonly unsent: boolean;
  readonly started: boolean;
  /** Tasks that it was handed to, this one included. */
  readonly tries: number;
}

/** Once more at another task, where nothing was written or where it only reads. */
export function afterBrokenAtTask({ method, unsent, started, tries }: BrokenAtTask): NextStep<'another-task'> {
  if (started) return { kind: 'cut-off' };
  const safe = unsent || method === 'GET' || method === 'HEAD';
  if (safe && tries < 2) return { kind: 'again', to: 'another-task' };
  // A read that found nobody alive twice had no effect either.
  if (safe) return noTask;
  const detail = 'The web task went away after the request was handed over: it may have taken effect.';
  return { kind: 'answer', status: 502, reason: 'connection-broke', detail, retryAfterS: null };
}

/** What is known of a request at a load balancer whose time is over. */
export interface LateAtTask {
  readonly unsent: boolean;
  readonly started: boolean;
  readonly waitedMs: number;
}

export function afterLateAtTask({ unsent, started, waitedMs }: LateAtTask): NextStep<'another-task'> {
  if (started) return { kind: 'cut-off' };
  if (unsent) return noTask;
  const detail = `The web task did not answer within ${waitedMs} ms: the request may have taken effect.`;
  return { kind: 'answer', status: 504, reason: 'no-answer-in-time', detail, retryAfterS: null };
}

const noTask: NextStep<'another-task'> = {
  kind: 'answer',
  status: 503,
  reason: 'no-healthy-task',
  detail: 'No web task of this cell takes connections.',
  retryAfterS: 1,
};
