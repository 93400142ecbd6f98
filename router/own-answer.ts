import { hashText } from '../cells/sheets/hash.ts';
import { problem, type WholeAnswer } from './http/problem.ts';

/** What a load balancer says in place of its tasks to a share of requests, above 0 and up to 1. */
export interface OwnAnswers {
  readonly share: number;
  readonly status: number;
}

/** Whether a request is one of that share. By its id, so that the same request always is, and a try of its own is drawn anew. */
export function isDrawn(requestId: string, share: number): boolean {
  return Number.parseInt(hashText(requestId).slice(0, 8), 16) < share * 2 ** 32;
}

/** It had no effect; only a 503 says so to whoever reads nothing but heads. `lines` are header lines, each ended by CRLF. */
export function ownAnswer(status: number, lines: string): WholeAnswer {
  const retry = status === 503 ? 'retry-after: 1\r\n' : '';
  const detail = 'The load balancer answered in place of a web task, which never saw the request: it had no effect.';
  return problem({ status, reason: 'error-answer', detail, headerLines: `${lines}${retry}` });
}
