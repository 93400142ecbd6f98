import { wait, type Time } from '../../cells/runtime/time.ts';
import type { EventSink } from '../../cells/runtime/events.ts';
import type { Protocol, RequestTemplate } from '../world/protocol.ts';
import type { FinalReadBack } from './contract.ts';
import type { Answered, Failed, HttpPort } from './http-client.ts';
import { versionOf, type ClientMemory } from './memory.ts';
import { hashOfValue } from './row-values.ts';
import { outcomeOf, outcomeOfFailure, type Outcome } from './outcome.ts';
import { conclusive, requestOfItem, templateOfItem, type ReadBackItem } from './read-back-item.ts';
import { hasEnded, outcomeOfTemplate, textAt, valueOf, versionAt } from './templates.ts';

/** At most so many requests under way at once: nobody else is served any more. */
const inFlightMax = 8;
const againMs = 250;

export interface FinalReadBackOptions {
  readonly time: Time;
  readonly http: HttpPort;
  readonly events: EventSink;
  readonly memory: ClientMemory;
  readonly life: string;
  /** Null: the cells are Petri's own. */
  readonly protocol: Protocol | null;
  /** What has not been answered by then stays unanswered. */
  readonly withinMs: number;
}

/**
 * At the end of a run: reads every row that was ever written and asks after every job that was accepted, until each has answered (a job: has ended).
 * Every attempt is recorded as a client's request is, with `purpose: 'final'`; what they say is the judge's to weigh.
 */
export class FinalReadBackRun {
  readonly #options: FinalReadBackOptions;
  readonly #rows: number;
  readonly #jobs: number;
  readonly #deadlineMs: number;
  #open: ReadBackItem[];
  #read = 0;
  #ended = 0;
  #count = 0;
  #stopped = false;

  constructor(options: FinalReadBackOptions) {
    this.#options = options;
    const rows = options.memory.everyRow().map((row): ReadBackItem => ({ kind: 'row', row }));
    const jobs = options.memory.everyJob().map((job): ReadBackItem => ({ kind: 'job', job }));
    this.#rows = rows.length;
    this.#jobs = jobs.length;
    this.#open = [...rows, ...jobs];
    this.#deadlineMs = options.time.monotonicMs() + options.withinMs;
    void this.#run();
  }

  status(): FinalReadBack {
    return { rows: this.#rows, read: this.#read, jobs: this.#jobs, ended: this.#ended, done: this.#stopped };
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Rounds over what is open; a job that still runs is asked again in the next. */
  async #run(): Promise<void> {
    for (let rounds = 1; this.#open.length > 0 && !this.#over(); rounds++) {
      if (rounds > 1) await wait(this.#options.time, againMs);
      const round = this.#open;
      const again: ReadBackItem[] = [];
      const reader = async () => {
        for (let item = round.shift(); item && !this.#over(); item = round.shift())
          if (!(await this.#ask(item))) again.push(item);
      };
      await Promise.all(Array.from({ length: inFlightMax }, reader));
      this.#open = [...again, ...round];
    }
    this.#stopped = true;
  }

  #over(): boolean {
    return this.#stopped || this.#options.time.monotonicMs() >= this.#deadlineMs;
  }

  /** Whether it needs to be asked no more. */
  async #ask(item: ReadBackItem): Promise<boolean> {
    const { http, events, life, protocol, time } = this.#options;
    const request = requestOfItem(item, protocol);
    if (!request) return true;
    const { tenant } = item.kind === 'row' ? item.row : item.job;
    const op = item.kind === 'row' ? 'read' : 'poll';
    const args = item.kind === 'row' ? { sheet: item.row.sheet, row: item.row.row } : { job: item.job.id };
    const head = { request: `${life}-f${++this.#count}`, attempt: 1, tenant, op, purpose: 'final' };
    const sentT = time.monotonicMicros();
    events.record('request.sent', { ...head, args, key: null, intendedT: sentT });
    const result = await new Promise<Answered | Failed>((resolve) => http.send(request, true, resolve));
    const ms = (time.monotonicMicros() - sentT) / 1000;
    const said = whatItSaid(item, result, protocol);
    const times = { latencyMs: ms, serviceMs: ms };
    events.record('request.answered', { ...head, ...wireOf(result), ...times, ...said.fields, final: true });
    if (said.isEnd && item.kind === 'row') this.#read++;
    if (said.isEnd && item.kind === 'job') this.#ended++;
    return said.isEnd;
  }
}

interface Said {
  readonly isEnd: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
}

function whatItSaid(item: ReadBackItem, result: Answered | Failed, protocol: Protocol | null): Said {
  const template = templateOfItem(item, protocol);
  const answered = conclusive(result, template?.expect ?? [200]);
  const outcome = outcomeOfItem(item, result, template);
  const nothing = { etag: null, version: null, ...(item.kind === 'job' ? { job: item.job.id } : { job: null }) };
  if (answered === null) return { isEnd: false, fields: { ...outcome, ...nothing } };
  if (item.kind === 'job') {
    const gone = answered.status === 404;
    const state = gone ? null : template ? textAt(answered.body, template.state) : textAt(answered.body, '/state');
    const ended = template ? hasEnded(template, answered) : state === 'done' || state === 'dead';
    const attempts = gone || template ? null : versionAt(answered.body, '/attempts');
    return { isEnd: gone || ended, fields: { ...outcome, ...nothing, state, ended, attempts } };
  }
  if (template) {
    const value = valueOf(template, answered);
    const version = versionAt(answered.body, template.version);
    return {
      isEnd: true,
      fields: { ...outcome, ...nothing, version, valueHash: value === null ? null : hashOfValue(value) },
    };
  }
  const etag = textOf(answered.headers['etag']);
  return { isEnd: true, fields: { ...outcome, ...nothing, etag, version: versionOf(etag) } };
}

function outcomeOfItem(item: ReadBackItem, result: Answered | Failed, template: RequestTemplate | null): Outcome {
  if (result.kind === 'failed') return outcomeOfFailure(result.code);
  if (template) return outcomeOfTemplate(template, result, item.kind === 'row');
  return outcomeOf(
    result.status,
    result.headers['x-cell-id'] !== undefined,
    result.headers['retry-after'] !== undefined,
  );
}

/** What is read off the answer's head, whatever was asked. */
function wireOf(result: Answered | Failed): Readonly<Record<string, unknown>> {
  if (result.kind === 'failed') return { status: null, cell: null, epoch: null, routed: null, failure: result.code };
  const { status, headers } = result;
  const epoch = Number.parseInt(textOf(headers['x-cell-epoch']) ?? '', 10);
  return {
    status,
    cell: textOf(headers['x-cell-id']),
    epoch: Number.isNaN(epoch) ? null : epoch,
    routed: textOf(headers['x-request-id']),
  };
}

function textOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null;
}
