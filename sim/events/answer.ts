import type { Event } from '../../cells/runtime/events.ts';

/** One answered attempt, as windows and ledger count it, whoever sent it and whoever recorded it. */
export interface Answer {
  readonly request: string;
  readonly tenant: string | null;
  /** The cell that it was meant for; null where nobody had looked it up. */
  readonly cell: string | null;
  /** 0 where no answer came at all. */
  readonly status: number;
  readonly outcome: 'ok' | 'refused' | 'unknown';
  readonly error: boolean;
  readonly reason: string | null;
  readonly latencyMs: number;
  /** Monotonic milliseconds: sent, and answered. */
  readonly sentMs: number;
  readonly answeredMs: number;
  /** Unix milliseconds of the answer. */
  readonly at: number;
}

/**
 * Reads an answer out of a merged event; null where the event is none.
 * A router's record is the truth. A client's own is taken only where no answer came at all (no router was there to record it).
 */
export function answerOf(event: Event): Answer | null {
  if (event.kind !== 'request.answered') return null;
  const fromRouter = event.part.startsWith('router/');
  const status = numberOf(event['status']);
  if (!fromRouter && status !== null) return null;
  const answeredMs = event.t / 1000;
  const latencyMs = numberOf(fromRouter ? event['latencyMs'] : (event['serviceMs'] ?? event['latencyMs'])) ?? 0;
  const sentT = numberOf(event['sentT']);
  return {
    request: String(event['request']),
    tenant: textOf(event['tenant']),
    cell: textOf(event['cell']),
    status: status ?? 0,
    outcome: event['outcome'] === 'ok' || event['outcome'] === 'refused' ? event['outcome'] : 'unknown',
    error: fromRouter ? event['error'] === true : true,
    reason: textOf(event['reason']),
    latencyMs,
    sentMs: sentT === null ? answeredMs - latencyMs : sentT / 1000,
    answeredMs,
    at: event.at,
  };
}

/** A tenant that somebody had the router refuse, or that is on its way to another cell: that says nothing about its cell, and no fault did it. */
export function isOrdered(answer: Answer): boolean {
  return isMoving(answer) || (answer.error && (answer.reason ?? '').includes('quarantine'));
}

/** Refused because its tenant was on its way to another cell. */
export function isMoving(answer: Answer): boolean {
  return answer.error && answer.reason === 'moving';
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
