import type { Event } from '../../../cells/runtime/events.ts';
import { etagOfValue, valueText } from '../../../cells/sheets/etag.ts';
import type {
  InvariantId,
  InvariantVerdict,
  Judgement,
  JudgedWorld,
  OtherRuns,
  RunTimes,
} from '../../../sim/judge/contract.ts';
import { createJudge } from '../../../sim/judge/judge.ts';

/** One operation of a client, as a history tells it. */
export interface Sent {
  readonly request: string;
  readonly op: 'read' | 'write' | 'job' | 'poll';
  readonly tenant: string;
  readonly row: string | null;
  readonly value: unknown;
  readonly key: string | null;
  readonly purpose: 'final' | null;
  readonly sentT: number;
  job: string | null;
  attempt: number;
  routed: string;
  etag: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Two cells; t1 and t2 live in a, t3 in b. */
export const world: JudgedWorld = {
  on: 'virtual',
  seed: 7,
  map: {
    version: 1,
    tenants: {
      t1: { cell: 'a', epoch: 1, override: null },
      t2: { cell: 'a', epoch: 1, override: null },
      t3: { cell: 'b', epoch: 1, override: null },
    },
  },
  parts: ['a', 'b'].flatMap((cell) => [
    { address: `${cell}/alb`, kind: 'alb' as const, cell },
    { address: `${cell}/web/1`, kind: 'web' as const, cell },
    { address: `${cell}/web/2`, kind: 'web' as const, cell },
    { address: `${cell}/worker/1`, kind: 'worker' as const, cell },
    { address: `${cell}/aurora/1`, kind: 'aurora' as const, cell, role: 'writer' as const },
  ]),
  onLoss: {},
  client: 'traffic',
  skipped: [],
};

/**
 * Writes a history as the parts of a world record it: every event one millisecond after the one before. A model of the rows says
 * what a correct world would answer; whatever is given as `fields` of an answer replaces that.
 */
export class History {
  readonly events: Event[] = [];
  readonly homes = new Map(Object.entries(world.map.tenants).map(([id, { cell, epoch }]) => [id, { cell, epoch }]));
  readonly #rows = new Map<string, { version: number; value: unknown }>();
  readonly #jobs = new Map<string, 'queued' | 'running' | 'done' | 'dead'>();
  readonly #seq = new Map<string, number>();
  #t = 1_000_000;
  #count = 0;

  get t(): number {
    return this.#t;
  }

  wait(ms: number): void {
    this.#t += ms * 1000;
  }

  record(part: string, kind: string, fields: Fields = {}): Event {
    this.#t += 1000;
    const seq = (this.#seq.get(part) ?? 0) + 1;
    this.#seq.set(part, seq);
    const head = { v: 1 as const, t: this.#t, at: 1_700_000_000_000 + this.#t / 1000, seq, life: `${part}-1`, part };
    const event = { ...head, kind, ...fields } as Event;
    this.events.push(event);
    return event;
  }

  /** A client sends the first attempt. `value` of a write is made unique where none is given. */
  send(op: Sent['op'], tenant: string, row: string | null = null, options: Partial<Sent> = {}): Sent {
    const n = ++this.#count;
    const keyed = op === 'write' || op === 'job';
    const sent: Sent = {
      ...{ request: `c-${n}`, op, tenant, row, value: op === 'write' ? { write: n } : null },
      ...{ key: keyed ? `k-${n}` : null, purpose: null, sentT: this.#t + 1000, job: null },
      ...{ attempt: 1, routed: `r-${n}.1`, etag: null },
      ...options,
    };
    this.#recordSent(sent);
    return sent;
  }

  again(sent: Sent): void {
    sent.attempt++;
    sent.routed = `${sent.routed.split('.')[0]}.${sent.attempt}`;
    this.#recordSent(sent);
  }

  /** The transaction of a write or a submission commits, and its web task records it. */
  commit(sent: Sent, fields: Fields = {}): void {
    const { tenant, key, routed } = sent;
    const { cell, epoch } = this.homes.get(tenant)!;
    const common = { tenant, epoch, key, request: routed };
    if (sent.op === 'job') {
      sent.job ??= `j-${sent.request}`;
      this.#jobs.set(sent.job, 'queued');
      const job = { job: sent.job, queue: 'standard', units: 1, jobKind: 'recalc', replayed: false };
      this.record(`${cell}/web/1`, 'job.accepted', { ...common, ...job, ...fields });
      return;
    }
    const replayed = sent.etag !== null;
    if (!replayed) this.apply(sent);
    const [sheet, row] = sent.row!.split('/');
    const written = { sheet, row, version: Number.parseInt(sent.etag!.slice(1), 10), etag: sent.etag, replayed };
    this.record(`${cell}/web/1`, 'write.committed', { ...common, ...written, ...fields });
  }

  /** A write takes effect without anybody's recording it. */
  apply(sent: Sent): void {
    const place = `${sent.tenant} ${sent.row}`;
    const version = (this.#rows.get(place)?.version ?? 0) + 1;
    this.#rows.set(place, { version, value: sent.value });
    sent.etag = etagOfValue(version, sent.value);
  }

  /** The rows of a tenant go back to nothing. */
  wipe(tenant: string): void {
    for (const place of this.#rows.keys()) if (place.startsWith(`${tenant} `)) this.#rows.delete(place);
  }

  /** Router and client record the answer: well, unless `fields` say otherwise. */
  answer(sent: Sent, fields: Fields = {}): void {
    const said = { ...this.#good(sent), ...fields };
    this.router(sent, said);
    this.told(sent, said);
  }

  /** What the router recorded of the present attempt. */
  router(sent: Sent, fields: Fields = {}): void {
    const { cell, epoch } = this.homes.get(sent.tenant) ?? { cell: 'a', epoch: 1 };
    const job = sent.op === 'job' || sent.op === 'poll';
    const path = job
      ? sent.op === 'job'
        ? '/jobs'
        : `/jobs/${sent.job}`
      : `/sheets/${sent.row!.replace('/', '/rows/')}`;
    const method = sent.op === 'write' ? 'PUT' : sent.op === 'job' ? 'POST' : 'GET';
    const good = this.#good(sent);
    this.record('router/1', 'request.answered', {
      ...{ request: sent.routed, tenant: sent.tenant, method, path, key: sent.key, cell, epoch, handed: true },
      ...{ resent: false, reason: null, sentT: sent.sentT, latencyMs: 1, ...good, ...fields },
    });
  }

  /** What the client recorded of it. */
  told(sent: Sent, fields: Fields = {}): void {
    const { cell, epoch } = this.homes.get(sent.tenant) ?? { cell: 'a', epoch: 1 };
    const { request, attempt, tenant, op, routed, purpose } = sent;
    this.record('traffic', 'request.answered', {
      ...{ request, attempt, tenant, op, ...(purpose ? { purpose } : {}), latencyMs: 1, serviceMs: 1, cell, epoch },
      ...{ routed, final: true, ...this.#good(sent), ...fields },
    });
  }

  /** A whole write: sent, committed, answered. */
  write(tenant: string, row: string, options: Partial<Sent> = {}): Sent {
    const sent = this.send('write', tenant, row, options);
    this.commit(sent);
    this.answer(sent);
    return sent;
  }

  read(tenant: string, row: string, options: Partial<Sent> = {}): Sent {
    const sent = this.send('read', tenant, row, options);
    this.answer(sent);
    return sent;
  }

  /** An attempt that the client gave up on: no answer at all. */
  timeout(sent: Sent, final = false): void {
    this.told(sent, { status: null, outcome: 'unknown', error: true, etag: null, version: null, routed: null, final });
  }

  refuse(sent: Sent, status = 503, fields: Fields = {}): void {
    const refused = { status, outcome: 'refused', error: status >= 429, etag: null, version: null, job: null };
    this.answer(sent, { ...refused, handed: false, reason: 'cell-down', ...fields });
  }

  /** A whole job: submitted, accepted, worked on, done. */
  job(tenant: string): Sent {
    const sent = this.send('job', tenant);
    this.commit(sent);
    this.answer(sent);
    this.work(sent);
    return sent;
  }

  work(sent: Sent, fields: Fields = {}): void {
    const { cell } = this.homes.get(sent.tenant)!;
    const of = { tenant: sent.tenant, job: sent.job, queue: 'standard', attempt: 1 };
    this.record(`${cell}/worker/1`, 'job.started', of);
    this.#jobs.set(sent.job!, 'done');
    this.record(`${cell}/worker/1`, 'job.done', {
      ...of,
      already: false,
      state: 'done',
      dwellMs: 2,
      workMs: 1,
      ...fields,
    });
  }

  poll(tenant: string, job: string, fields: Fields = {}): void {
    const sent = this.send('poll', tenant, null, { job, purpose: 'final' });
    const state = this.#jobs.get(job) ?? null;
    this.answer(sent, { status: state ? 200 : 404, state, ended: state === 'done', job, attempts: 1, ...fields });
  }

  /** Reads every row back and asks after every job, as the end of a run does. */
  readBack(): void {
    for (const place of this.#rows.keys()) {
      const [tenant, row] = place.split(' ');
      this.read(tenant!, row!, { purpose: 'final' });
    }
    for (const job of this.#jobs.keys()) {
      const submitted = this.events.find((event) => event.kind === 'job.accepted' && event['job'] === job);
      this.poll(String(submitted?.['tenant']), job);
    }
  }

  /** Kill a whole cell: its faults events, and what routers think of it. */
  kill(cell: string, id = 'f1'): void {
    const parts = world.parts.filter((part) => part.cell === cell);
    const affected = parts.map(({ address, role }) => ({ address, loss: 'gone', ...(role ? { role } : {}) }));
    this.record('supervisor', 'fault.injected', { fault: id, what: 'kill', target: cell, by: 'scenario', affected });
    for (const { address } of parts)
      this.record('supervisor', 'part.died', { address, signal: 'SIGKILL', by: 'petri' });
    this.record('supervisor', 'fault.seen', { fault: id, what: 'kill', target: cell, seen: 'all gone' });
    this.wait(100);
    this.record('router/1', 'cell.state', { cell, health: 'down', reason: 'refused', afterMs: 12 });
  }

  heal(cell: string, id = 'f1'): void {
    this.record('supervisor', 'fault.healed', { fault: id, what: 'kill', target: cell });
    for (const part of world.parts) {
      if (part.cell === cell) this.record('supervisor', 'part.replaced', { address: part.address, why: 'healed' });
    }
    this.record('supervisor', 'fault.gone', { fault: id, what: 'kill', target: cell, seen: 'all run' });
    this.record('router/1', 'cell.state', { cell, health: 'serving', reason: 'answers', afterMs: 12 });
  }

  /** A tenant moves from one cell to another. */
  move(tenant: string, to: string): void {
    const { cell: from, epoch } = this.homes.get(tenant)!;
    for (const step of ['quiesced', 'drained', 'fenced', 'copied', 'verified', 'flipped', 'resumed', 'cleaned']) {
      if (step === 'flipped') this.homes.set(tenant, { cell: to, epoch: epoch + 1 });
      this.record('control', `move.${step}`, { tenant, from, to, epoch: epoch + 1 });
    }
  }

  #good(sent: Sent): Fields {
    const nothing = { status: 200, outcome: 'ok', error: false, etag: null, version: null, job: null };
    if (sent.op === 'job') return { ...nothing, status: 202, job: sent.job };
    if (sent.op === 'poll') return { ...nothing, job: sent.job };
    if (sent.op === 'write') return { ...nothing, ...versioned(sent.etag) };
    const row = this.#rows.get(`${sent.tenant} ${sent.row}`);
    return row ? { ...nothing, ...versioned(etagOfValue(row.version, row.value)) } : { ...nothing, status: 404 };
  }

  #recordSent({ request, attempt, tenant, op, row, value, key, purpose, job }: Sent): void {
    const [sheet, name] = row?.split('/') ?? [];
    const where =
      op === 'poll' ? { job } : op === 'job' ? { kind: 'recalc', sheet: 's1', units: 1 } : { sheet, row: name };
    const args = op === 'write' ? { ...where, value: valueText(value) } : where;
    const final = purpose ? { purpose } : {};
    this.record('traffic', 'request.sent', { request, attempt, tenant, op, args, key, intendedT: this.#t, ...final });
  }
}

function versioned(etag: string | null): Fields {
  return { etag, version: etag === null ? null : Number.parseInt(etag.slice(1), 10) };
}

/** A correct history with a bit of everything: its mutations are what checkers are shown to find. */
export function ordinaryHistory(): History {
  const history = new History();
  for (const tenant of ['t1', 't2', 't3']) {
    history.write(tenant, 's1/r1');
    history.write(tenant, 's1/r1');
    history.read(tenant, 's1/r1');
    history.read(tenant, 's1/r2');
    history.job(tenant);
  }
  return history;
}

export function judge(
  history: History | readonly Event[],
  times: Partial<RunTimes> = {},
  other?: OtherRuns,
): Judgement {
  const events = history instanceof History ? history.events : history;
  const sorted = events.toSorted((a, b) => a.t - b.t);
  const endT = (sorted.at(-1)?.t ?? 0) + 1000;
  const judged = createJudge(world);
  const all = { startT: 0, healedT: endT, endT, recoverWithinMs: 10_000, ...times };
  let begun = false;
  for (const event of sorted) {
    if (!begun && event.t >= all.startT) judged.begin(all.startT);
    begun ||= event.t >= all.startT;
    judged.take(event);
  }
  return judged.end(all, other);
}

export function verdictOn(id: InvariantId, judgement: Judgement): InvariantVerdict {
  return judgement.invariants.find((verdict) => verdict.id === id)!;
}

/** The ids that are violated. */
export function violatedBy(history: History | readonly Event[], times: Partial<RunTimes> = {}): InvariantId[] {
  return judge(history, times).invariants.flatMap(({ id, state }) => (state === 'violated' ? [id] : []));
}

/** The same history with one event changed, or left out where `change` is null. Sequence numbers are left without a gap. */
export function mutated(
  history: History,
  pick: (event: Event) => boolean,
  change: ((event: Event) => Fields) | null,
): Event[] {
  const at = history.events.findLastIndex(pick);
  if (at < 0) throw new Error('the history has no such event');
  const picked = history.events[at]!;
  const changed = change === null ? [] : [{ ...picked, ...change(picked) } as Event];
  return history.events
    .toSpliced(at, 1, ...changed)
    .map((event) =>
      change === null && event.life === picked.life && event.seq > picked.seq
        ? { ...event, seq: event.seq - 1 }
        : event,
    );
}
