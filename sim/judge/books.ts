import type { Event } from '../../cells/runtime/events.ts';
import { cellOf } from '../world/address.ts';
import { Generations } from './generations.ts';
import { Jobs } from './jobs.ts';
import { endOp, opOfRouted, opOfSent, readEtag } from './ops.ts';
import { Routed } from './routed.ts';
import { Rows } from './rows.ts';
import type { Effect, Op, Outcome, Witness } from './witness.ts';

/** Keys and ids that may still be met are kept for so long, in milliseconds of the log, and so many of them. */
const keptMs = 120_000;
const keptMax = 400_000;

/** The one pass over the log: pairs what clients, routers, web tasks and workers recorded, and tells the checkers. */
export class Books {
  readonly rows = new Rows();
  readonly jobs = new Jobs();
  readonly #ops = new Map<string, Op>();
  readonly #keys = new Generations<Op>(keptMs, keptMax);
  /** Keys of operations that were tried again or are in doubt: an earlier attempt may take effect at any time. */
  readonly #doubtful = new Map<string, Op>();
  /** Writes without a key are known by their value. */
  readonly #values = new Generations<Op>(keptMs, keptMax);
  readonly #effects = new Generations<Effect>(keptMs, keptMax);
  readonly #refusals = new Generations<Event>(keptMs, keptMax);
  #metClient = false;
  readonly #routed = new Routed((event) => this.#stranger(event));
  #onSent: readonly Bound<'sent'>[] = [];
  #onEnded: readonly Bound<'ended'>[] = [];
  #onCommitted: readonly Bound<'committed'>[] = [];
  #onContradicted: readonly Bound<'contradicted'>[] = [];
  #onJob: readonly Bound<'job'>[] = [];
  #onStrayed: readonly Bound<'strayed'>[] = [];
  #onDiffered: readonly Bound<'differed'>[] = [];
  #onHappened: readonly Bound<'happened'>[] = [];
  #onSeen: readonly Bound<'seen'>[] = [];

  /** Who is told, in this order. */
  tell(witnesses: readonly Witness[]): void {
    this.#onSent = having(witnesses, 'sent');
    this.#onEnded = having(witnesses, 'ended');
    this.#onCommitted = having(witnesses, 'committed');
    this.#onContradicted = having(witnesses, 'contradicted');
    this.#onJob = having(witnesses, 'job');
    this.#onStrayed = having(witnesses, 'strayed');
    this.#onDiffered = having(witnesses, 'differed');
    this.#onHappened = having(witnesses, 'happened');
    this.#onSeen = having(witnesses, 'seen');
  }

  /** Operations that were sent and have not ended. */
  underWay(): Iterable<Op> {
    return this.#ops.values();
  }

  take(event: Event): void {
    switch (event.kind) {
      case 'request.sent':
        return this.#sent(event);
      case 'request.answered':
        return event.part.startsWith('router/') ? this.#routerAnswered(event) : this.#answered(event);
      case 'write.committed':
        return this.#committed(event);
      case 'job.accepted':
        this.#accepted(event);
        return this.#job(event);
      case 'job.started':
      case 'job.redelivered':
      case 'job.done':
      case 'job.dead':
      case 'job.promoted':
        return this.#job(event);
      case 'job.delivered':
        return;
      case 'job.redriven':
        for (const id of event['jobs'] as readonly string[]) this.#redriven(id);
        return;
      default:
        if (event.part === 'traffic') this.#meetClient(event);
        for (const checker of this.#onHappened) checker.happened(event);
    }
  }

  /** Nothing more comes. */
  end(): void {
    this.#routed.end();
  }

  /** Where the clients' very first event is here, the record begins with the world's own birth, and every row begins empty. */
  #meetClient(event: Event): void {
    if (this.#metClient) return;
    this.#metClient = true;
    if (event.seq === 1) this.rows.base = 0;
  }

  #sent(event: Event): void {
    if (!this.#metClient) this.#meetClient(event);
    if ((event['attempt'] as number) > 1) {
      const op = this.#ops.get(event['request'] as string);
      if (!op) return;
      op.attempts++;
      op.waiting = true;
      this.#mayRepeat(op);
      return;
    }
    this.#routed.advance(event.t);
    const op = opOfSent(event, this.rows);
    op.row?.begin(op);
    for (const checker of this.#onSent) checker.sent(op);
    this.#ops.set(op.request, op);
    if (op.key !== null) this.#keys.set(op.key, op, event.t);
    else if (op.hash !== null) this.#values.set(op.hash, op, event.t);
  }

  #answered(event: Event): void {
    const request = event['request'] as string;
    const op = this.#ops.get(request);
    if (!op?.waiting) {
      for (const checker of this.#onStrayed) checker.strayed(event);
      return;
    }
    op.waiting = false;
    const outcome = event['outcome'] as Outcome;
    if (outcome === 'unknown') op.doubted = true;
    if (event['status'] === null || event['status'] === undefined) this.#tellSeen(event);
    const routed = event['routed'];
    if (typeof routed === 'string') this.#pair(op, event, this.#routed.claim(routed, event));
    if (event['final'] === false) return;
    this.#ops.delete(request);
    endOp(op, event, outcome);
    if (op.outcome === 'unknown') this.#mayRepeat(op);
    this.#end(op);
  }

  #mayRepeat(op: Op): void {
    if (op.key === null) return;
    this.#doubtful.set(op.key, op);
    if (this.#doubtful.size > keptMax) this.#doubtful.delete(this.#doubtful.keys().next().value!);
  }

  #end(op: Op): void {
    for (const checker of this.#onEnded) checker.ended(op);
    if (op.row) noteRow(op);
    if (op.outcome !== 'ok' || op.job === null) return;
    const job = this.jobs.get(op.job);
    if (op.kind === 'job') {
      job.accepted ??= op.answer;
      job.tenant ??= op.tenant;
    } else job.state = op.state;
    if (op.kind === 'poll') job.last = op.answer;
  }

  #routerAnswered(event: Event): void {
    this.#tellSeen(event);
    const id = event['request'] as string;
    if (event['outcome'] === 'refused' && event['method'] !== 'GET') {
      const effect = this.#effects.get(id);
      if (effect) this.#contradicted(effect, event);
      else this.#refusals.set(id, event, event.t);
    }
    const client = this.#routed.record(event);
    const op = client && this.#ops.get(client['request'] as string);
    if (op) this.#pair(op, client, event);
  }

  #pair(op: Op, client: Event, router: Event | null): void {
    if (router === null || (client['status'] === router['status'] && op.tenant === router['tenant'])) return;
    for (const checker of this.#onDiffered) checker.differed(op, client, router);
  }

  /** Somebody else's request, known from the router alone. */
  #stranger(event: Event): void {
    const op = opOfRouted(event, this.rows);
    // One of Petri's own whose client gave up before the answer: its own record is what it was told.
    if (!op || this.#opOf(op.tenant, op.key, op.hash)) return;
    op.row?.beginLate(op);
    if (op.row && op.kind === 'write') op.row.foreign++;
    this.#end(op);
  }

  #committed(event: Event): void {
    const tenant = event['tenant'] as string;
    const row = this.rows.get(tenant, `${event['sheet'] as string}/${event['row'] as string}`);
    const etag = readEtag(event['etag']);
    const effect = this.#effect(event, row, event['etag'] as string, etag?.hash ?? null);
    if (effect.op) row.settle(effect.op);
    else if (!effect.replayed) row.foreign++;
    if (etag) row.learn(etag.version, etag.hash);
  }

  #accepted(event: Event): void {
    this.#effect(event, null, event['job'] as string, null);
  }

  #effect(event: Event, row: Effect['row'], name: string, hash: string | null): Effect {
    const tenant = event['tenant'] as string;
    const key = event['key'] as string | null;
    const effect: Effect = {
      event,
      tenant,
      cell: cellOf(event.part) ?? '',
      epoch: event['epoch'] as number,
      op: this.#opOf(tenant, key, hash),
      row,
      name,
      replayed: event['replayed'] === true,
    };
    for (const checker of this.#onCommitted) checker.committed(effect);
    if (effect.op && !effect.replayed && effect.op.effects++ > 0 && row) row.repeated++;
    if (effect.op) effect.op.effect ??= name;
    if (!effect.replayed) {
      const request = event['request'] as string;
      const refusal = this.#refusals.get(request);
      if (refusal) this.#contradicted(effect, refusal);
      else this.#effects.set(request, effect, event.t);
    }
    return effect;
  }

  #contradicted(effect: Effect, refusal: Event): void {
    for (const checker of this.#onContradicted) checker.contradicted(effect, refusal);
  }

  #opOf(tenant: string, key: string | null, hash: string | null): Op | null {
    if (key !== null) return this.#opOfKey(key, tenant);
    const op = hash === null ? undefined : this.#values.get(hash);
    return op?.tenant === tenant ? op : null;
  }

  #opOfKey(key: string, tenant: string): Op | null {
    const op = this.#doubtful.get(key) ?? this.#keys.get(key);
    return op?.tenant === tenant ? op : null;
  }

  #job(event: Event): void {
    const job = this.jobs.get(event['job'] as string);
    for (const checker of this.#onJob) checker.job(job, event);
    job.tenant ??= event['tenant'] as string;
    job.cell = cellOf(event.part);
    job.last = event;
    if (event.kind === 'job.accepted') job.recorded = true;
    else if (event.kind === 'job.redelivered') job.redeliveries++;
    else if (event.kind === 'job.dead') job.dead = true;
    else if (event.kind === 'job.done') {
      if (event['already'] !== true) job.effects++;
      if (event['already'] !== true || event['state'] === 'done') job.done = true;
    }
  }

  #redriven(id: string): void {
    const job = this.jobs.get(id);
    job.dead = false;
    job.redriven = true;
    job.state = null;
  }

  #tellSeen(event: Event): void {
    for (const checker of this.#onSeen) checker.seen(event);
  }
}

/** Notes what an ended operation says of its row. */
function noteRow(op: Op): void {
  const row = op.row!;
  if (op.kind === 'write' && op.outcome === 'ok') {
    row.settle(op);
    row.acks++;
    if (op.version === null) {
      row.ackedHash = op.hash;
      row.ack = op.answer;
    } else if (op.version > row.acked) {
      row.acked = op.version;
      row.ackedHash = op.seenHash;
      row.ack = op.answer;
    }
  } else if (op.kind === 'write' && op.outcome === 'refused') row.refuse(op);
  else if (op.kind === 'write') {
    row.doubtful++;
    if (op.foreign) row.unsettle(op);
  }
  if (op.outcome === 'ok' && op.version !== null) {
    row.base ??= op.kind === 'write' ? op.version - 1 : op.version;
    row.saw(op.version, op.seenHash, op.answer?.t ?? 0);
  }
  if (op.outcome === 'ok' && op.seenHash !== null && row.unsettled.length > 0) {
    const written = row.unsettledWith(op.seenHash);
    if (written) row.settle(written);
  }
  row.end();
}

type Bound<Name extends keyof Witness> = Required<Pick<Witness, Name>>;

function having<Name extends keyof Witness>(witnesses: readonly Witness[], name: Name): Bound<Name>[] {
  return witnesses.filter((witness) => witness[name] !== undefined) as unknown as Bound<Name>[];
}
