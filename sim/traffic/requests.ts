import type { Time, Timer } from '../../cells/runtime/time.ts';
import type { EventSink } from '../../cells/runtime/events.ts';
import { Slots } from '../events/slots.ts';
import type { ClientRetry } from './contract.ts';
import { draw } from './draw.ts';
import type { Answered, Failed, HttpPort } from './http-client.ts';
import { acknowledge, versionOf, type ClientMemory, type RowMemory } from './memory.ts';
import { outcomeOf, outcomeOfFailure, type Outcome } from './outcome.ts';
import type { PlannedRequest } from './plan.ts';
import { hashOfValue, RowValues } from './row-values.ts';
import { RetryBudget, retryWaitMs } from './retry.ts';
import { isRepeatable, outcomeOfTemplate, textAt, valueOf, versionAt } from './templates.ts';

/** At most so many attempts under way: beyond it a request is dropped and counted, instead of eating the machine. */
export const inFlightMax = 512;

const offered = 0;
const retried = 1;

interface Running {
  readonly id: string;
  readonly planned: PlannedRequest;
  readonly intendedT: number;
  /** The row that a write goes to. */
  readonly row: RowMemory | null;
  attempt: number;
  /** An attempt of it may have taken effect. */
  inDoubt: boolean;
}

/** Sends planned requests, tries again by policy, records every attempt and keeps what was acknowledged. */
export class Requests {
  readonly #time: Time;
  readonly #http: HttpPort;
  readonly #events: EventSink;
  readonly #memory: ClientMemory;
  readonly #seed: number;
  readonly #life: string;
  readonly #budget = new RetryBudget();
  readonly #rates = new Slots(250, 24, 2);
  readonly #retries = new Set<Timer>();
  #stopped = false;
  #count = 0;
  #inFlight = 0;
  dropped = 0;
  clientRetry: ClientRetry;

  constructor(options: {
    readonly time: Time;
    readonly http: HttpPort;
    readonly events: EventSink;
    readonly memory: ClientMemory;
    readonly seed: number;
    readonly life: string;
    readonly clientRetry: ClientRetry;
  }) {
    this.#time = options.time;
    this.#http = options.http;
    this.#events = options.events;
    this.#memory = options.memory;
    this.#seed = options.seed;
    this.#life = options.life;
    this.clientRetry = options.clientRetry;
  }

  /** Requests that have not ended: attempts under way, and those that wait for their next one. */
  get inFlight(): number {
    return this.#inFlight + this.#retries.size;
  }

  /** First attempts and retries a second, over the last three. */
  rates(): { readonly offeredPerSecond: number; readonly retriesPerSecond: number } {
    const nowMs = this.#time.monotonicMicros() / 1000;
    const rate = (field: number) => Number((this.#rates.sum(nowMs, 12, field) / 3).toFixed(1));
    return { offeredPerSecond: rate(offered), retriesPerSecond: rate(retried) };
  }

  /** Nothing is tried again from here on. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#retries) timer.cancel();
    this.#retries.clear();
  }

  /** `intendedT`: when the plan wanted it sent, in monotonic µs; latency counts from there. */
  start(planned: PlannedRequest, intendedT: number): void {
    this.#rates.count(this.#time.monotonicMicros() / 1000, offered);
    if (this.#inFlight >= inFlightMax) {
      this.dropped++;
      return;
    }
    this.#budget.earn();
    const { tenant, op, args } = planned;
    const row = op === 'write' ? this.#memory.row(tenant, String(args['sheet']), String(args['row'])) : null;
    if (row) row.writing++;
    if (row && planned.template) (row.values ??= new RowValues()).sent(String(args['value']));
    const id = `${this.#life}-${++this.#count}`;
    this.#send({ id, planned, intendedT, row, attempt: 1, inDoubt: false });
  }

  #send(running: Running): void {
    const { planned, id, attempt, intendedT } = running;
    const { tenant, op, args, key } = planned;
    this.#inFlight++;
    this.#events.record('request.sent', { request: id, attempt, tenant, op, args, key, intendedT });
    const sentT = this.#time.monotonicMicros();
    // What a service that is not Petri's showed is in its body alone.
    this.#http.send(planned, op !== 'read' || planned.template !== undefined, (result) => {
      this.#inFlight--;
      this.#answered(running, result, sentT);
    });
  }

  #answered(running: Running, result: Answered | Failed, sentT: number): void {
    const { planned, id, attempt, intendedT } = running;
    const headers = result.kind === 'answered' ? result.headers : {};
    const status = result.kind === 'answered' ? result.status : null;
    const { outcome, error } = readOutcome(planned, result);
    if (outcome === 'unknown') running.inDoubt = true;
    const { etag, version, job } = readAnswer(planned, outcome === 'ok' ? result : null, headers);
    const waitMs = outcome === 'ok' || this.#stopped ? null : this.#retryWait(running, status, headers);
    const nowT = this.#time.monotonicMicros();
    this.#events.record('request.answered', {
      request: id,
      attempt,
      tenant: planned.tenant,
      op: planned.op,
      status,
      outcome,
      error,
      latencyMs: (nowT - intendedT) / 1000,
      serviceMs: (nowT - sentT) / 1000,
      etag,
      version,
      cell: textOf(headers['x-cell-id']),
      epoch: numberOf(textOf(headers['x-cell-epoch'])),
      job,
      routed: textOf(headers['x-request-id']),
      final: waitMs === null,
      ...valueSeen(planned, outcome === 'ok' ? result : null),
      ...(result.kind === 'failed' ? { failure: result.code } : {}),
    });
    if (waitMs !== null) return this.#again(running, waitMs);
    this.#remember(running, outcome === 'ok', version, etag, job);
  }

  #retryWait({ planned, attempt }: Running, status: number | null, headers: Answered['headers']): number | null {
    const after = numberOf(textOf(headers['retry-after']));
    const facts = {
      attempt,
      status,
      repeatable: planned.template ? isRepeatable(planned.template) : planned.method === 'GET' || planned.key !== null,
      retryAfterMs: after === null ? null : after * 1000,
    };
    const jitter = draw(this.#seed, 'jitter', planned.key ?? planned.path, this.#count);
    return retryWaitMs(this.clientRetry, facts, jitter, this.#budget);
  }

  #again(running: Running, waitMs: number): void {
    running.attempt++;
    this.#rates.count(this.#time.monotonicMicros() / 1000, retried);
    const timer = this.#time.after(waitMs, () => {
      this.#retries.delete(timer);
      this.#send(running);
    });
    this.#retries.add(timer);
  }

  /** Keeps what its client was told at the very end of a request. */
  #remember(running: Running, ok: boolean, version: number | null, etag: string | null, job: string | null): void {
    const { row, planned, id } = running;
    if (row) {
      row.writing--;
      if (row.values) rememberValue(row.values, running, ok, this.#time.monotonicMicros() / 1000);
      if (ok && version !== null) acknowledge(row, version, etag, id);
      else if (running.inDoubt && planned.key !== null && !row.values) row.doubts.push(planned.key);
    } else if (ok && job !== null) {
      const acceptedMs = this.#time.monotonicMicros() / 1000;
      this.#memory.accepted({ id: job, tenant: planned.tenant, request: id, acceptedMs, ended: false });
    }
  }
}

/** For a service that is not Petri's: which values its row may show from now on. */
function rememberValue(values: RowValues, { planned, intendedT, inDoubt }: Running, ok: boolean, nowMs: number): void {
  const value = String(planned.args['value']);
  if (ok) values.acknowledge(value, intendedT / 1000, nowMs, inDoubt);
  else if (inDoubt) values.doubt(value);
  else values.refused(value);
}

interface ReadAnswer {
  readonly etag: string | null;
  readonly version: number | null;
  readonly job: string | null;
}

/** `result` null: it was no good answer. */
function readAnswer(
  { template }: PlannedRequest,
  result: Answered | Failed | null,
  headers: Answered['headers'],
): ReadAnswer {
  const etag = textOf(headers['etag']);
  const text = result?.kind === 'answered' ? result.body : null;
  if (template) {
    const version = text === null ? null : versionAt(text, template.version);
    return { etag, version, job: text === null ? null : textAt(text, template.id) };
  }
  const body = text === null ? null : parseObject(text);
  const version = typeof body?.['version'] === 'number' ? body['version'] : versionOf(etag);
  return { etag, version, job: typeof body?.['id'] === 'string' ? body['id'] : null };
}

/** Of a service that is not Petri's: what a read showed, as a hash; an answer of Petri's own cells has it in its etag. */
function valueSeen(
  { template, op }: PlannedRequest,
  result: Answered | Failed | null,
): { readonly valueHash?: string | null } {
  if (!template || op !== 'read' || result?.kind !== 'answered') return {};
  const value = valueOf(template, result);
  return { valueHash: value === null ? null : hashOfValue(value) };
}

function readOutcome({ template, op }: PlannedRequest, result: Answered | Failed): Outcome {
  if (result.kind === 'failed') return outcomeOfFailure(result.code);
  if (template) return outcomeOfTemplate(template, result, op === 'read');
  const { status, headers } = result;
  return outcomeOf(status, headers['x-cell-id'] !== undefined, headers['retry-after'] !== undefined);
}

function textOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null;
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

function parseObject(text: string): Record<string, unknown> | null {
  if (text === '') return null; // A thrown SyntaxError costs more than all the rest of an answer.
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
