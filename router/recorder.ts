import { monotonicMicros } from '../cells/runtime/time.ts';
import type { EventSink } from '../cells/runtime/events.ts';
import { firstHeader } from './http/header-lines.ts';
import type { ResponseHead } from './http/response-head.ts';
import { judgeAnswer } from './outcome.ts';

/** What became of one request, as the router saw it. */
export interface AnsweredRequest {
  readonly request: string;
  readonly tenant: string | null;
  readonly method: string | null;
  readonly path: string | null;
  /** The client's idempotency key. */
  readonly key: string | null;
  readonly cell: string | null;
  readonly epoch: number | null;
  readonly status: number;
  readonly handed: boolean;
  readonly resent: boolean;
  readonly sentT: number;
  readonly reason: string | null;
  readonly retryAfter: boolean;
  /** The cell's answer; null where the router made it. */
  readonly answer: ResponseHead | null;
}

/** Records one `request.answered`. */
export function recordAnswered(events: EventSink, answered: AnsweredRequest): void {
  const { sentT, answer, status, handed, path } = answered;
  const { outcome, error } = judgeAnswer({
    status,
    handed,
    byCell: answer !== null,
    retryAfter: answered.retryAfter,
    path: path ?? '',
  });
  const location = answer && status === 202 ? firstHeader(answer.headers, 'location') : null;
  events.record('request.answered', {
    request: answered.request,
    tenant: answered.tenant,
    method: answered.method,
    path,
    key: answered.key,
    cell: answered.cell,
    epoch: answered.epoch,
    status,
    outcome,
    error,
    handed,
    resent: answered.resent,
    reason: answered.reason,
    sentT,
    latencyMs: (monotonicMicros() - sentT) / 1000,
    etag: answer && firstHeader(answer.headers, 'etag'),
    job: location && location.slice(location.lastIndexOf('/') + 1),
  });
}
