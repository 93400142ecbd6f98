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
  /** Monotonic microseconds at which its head was read. */
  readonly sentT: number;
  readonly reason: string | null;
  /** What the cell's answer said in its head; null where the router made it. */
  readonly answer: {
    readonly etag: string | null;
    readonly location: string | null;
    readonly retryAfter: boolean;
  } | null;
}

/** The heads of a cell's answer that are recorded. */
export function saidBy({ headers }: ResponseHead): NonNullable<AnsweredRequest['answer']> {
  return {
    etag: firstHeader(headers, 'etag'),
    location: firstHeader(headers, 'location'),
    retryAfter: firstHeader(headers, 'retry-after') !== null,
  };
}

/** Records one `request.answered`. */
export function recordAnswered(events: EventSink, answered: AnsweredRequest): void {
  events.record('request.answered', answeredFields(answered, monotonicMicros()));
}

/** The fields of one `request.answered`. `nowT` is monotonic microseconds. */
export function answeredFields(answered: AnsweredRequest, nowT: number): Readonly<Record<string, unknown>> {
  const { sentT, answer, status, handed, path } = answered;
  const { outcome, error } = judgeAnswer({
    status,
    handed,
    byCell: answer !== null,
    retryAfter: answer?.retryAfter ?? false,
    path: path ?? '',
  });
  const location = status === 202 ? (answer?.location ?? null) : null;
  return {
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
    latencyMs: (nowT - sentT) / 1000,
    etag: answer?.etag ?? null,
    job: location && location.slice(location.lastIndexOf('/') + 1),
  };
}
