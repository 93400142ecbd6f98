import type { CellResponse } from './exchange.ts';

/** Every kind of refusal and failure that a cell answers with, and its status. */
const problems = {
  'bad-request': { status: 400, title: 'The request is not well-formed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'This method is not for this path' },
  'key-in-use': { status: 409, title: 'A request with this idempotency key is still running' },
  'too-large': { status: 413, title: 'Too large' },
  'stale-route': { status: 421, title: 'This cell does not serve this tenant at this epoch' },
  'key-mismatch': { status: 422, title: 'This idempotency key came with another request before' },
  'over-quota': { status: 429, title: "Over the tenant's quota" },
  bug: { status: 500, title: 'A mistake of ours' },
  'outcome-unknown': { status: 502, title: 'Aurora took the request and its answer was lost' },
  unavailable: { status: 503, title: 'Nothing was done; try again' },
  'no-answer': { status: 504, title: 'Aurora took the request and did not answer in time' },
} as const;

export type ProblemKind = keyof typeof problems;

/** Refusals that are worth another try, and after how many seconds. */
const retryAfter: Partial<Record<ProblemKind, string>> = { 'key-in-use': '1', 'over-quota': '1', unavailable: '1' };

/** An answer as RFC 9457 `application/problem+json`. */
export function problem(
  kind: ProblemKind,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): CellResponse {
  const { status, title } = problems[kind];
  const again = retryAfter[kind];
  return {
    status,
    headers: again ? { 'retry-after': again, ...headers } : headers,
    body: { type: `urn:petri:${kind}`, title, status, detail },
    problem: true,
  };
}
