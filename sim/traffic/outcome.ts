/** What came of one attempt, as the client can tell. */
export interface Outcome {
  readonly outcome: 'ok' | 'refused' | 'unknown';
  readonly error: boolean;
}

const refusedStatuses: ReadonlySet<number> = new Set([400, 404, 409, 413, 421, 422, 429]);

/** `fromCell`: the answer names a cell, so a 404 is a row's or a job's and not an unknown tenant's. */
export function outcomeOf(status: number, fromCell: boolean, hasRetryAfter: boolean): Outcome {
  if (status >= 200 && status < 300) return { outcome: 'ok', error: false };
  if (status === 404 && fromCell) return { outcome: 'ok', error: false };
  if (refusedStatuses.has(status)) return { outcome: 'refused', error: status === 429 };
  if (status === 503 && hasRetryAfter) return { outcome: 'refused', error: true };
  return { outcome: 'unknown', error: true };
}

/** No answer came. Where no connection was made nothing was sent. */
export function outcomeOfFailure(code: string): Outcome {
  const notSent = code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'EADDRNOTAVAIL';
  return { outcome: notSent ? 'refused' : 'unknown', error: true };
}
