import type { Time, Timer } from '../../cells/runtime/time.ts';
import type { ReadBack } from '../state/status.ts';
import type { Protocol } from '../world/protocol.ts';
import type { Answered, HttpPort } from './http-client.ts';
import { resolveDoubts, versionOf, type ClientMemory, type RowMemory } from './memory.ts';
import { conclusive, requestOfItem, templateOfItem, type ReadBackItem } from './read-back-item.ts';
import type { RowValues } from './row-values.ts';
import { hasEnded, valueOf, versionAt } from './templates.ts';

/** So many requests a second at most: reading back must not be felt by the tenants. */
const paceMs = 8;
const inFlightMax = 8;
const againMs = 500;
/** What cannot be read for so long is left unread. */
const giveUpMs = 120_000;
const lostNamedMax = 100;

/** Reads back, through the router, all that was acknowledged to some tenants, and asks after their jobs until each has ended. */
export class ReadBackRun {
  readonly #time: Time;
  readonly #http: HttpPort;
  /** Null: the cells are Petri's own. */
  readonly #protocol: Protocol | null;
  readonly #fault: string;
  readonly #items: ReadBackItem[];
  readonly #jobs: number;
  readonly #total: number;
  readonly #lost: ReadBack['lostRequests'][number][] = [];
  readonly #timers = new Set<Timer>();
  #pacer: Timer | null;
  #leftMs = giveUpMs;
  #inFlight = 0;
  #waiting = 0;
  #read = 0;
  #lostCount = 0;
  #ended = 0;
  #taken = 0;
  #notTaken = 0;

  constructor(
    time: Time,
    http: HttpPort,
    memory: ClientMemory,
    fault: string,
    tenants: readonly string[],
    protocol: Protocol | null = null,
  ) {
    this.#time = time;
    this.#http = http;
    this.#protocol = protocol;
    this.#fault = fault;
    const rows = memory.rowsOf(tenants).map((row): ReadBackItem => ({ kind: 'row', row }));
    const jobs = memory.jobsOf(tenants);
    const open = jobs.filter(({ ended }) => !ended).map((job): ReadBackItem => ({ kind: 'job', job }));
    this.#items = [...rows, ...open];
    this.#total = rows.length;
    this.#jobs = jobs.length;
    this.#ended = jobs.length - open.length;
    this.#pacer = time.every(paceMs, () => this.#step());
  }

  status(): ReadBack {
    return {
      fault: this.#fault,
      total: this.#total,
      read: this.#read,
      lost: this.#lostCount,
      lostRequests: this.#lost,
      doubtTaken: this.#taken,
      doubtNotTaken: this.#notTaken,
      // Deliveries are not seen by a client: who reads the workers' events fills these in.
      jobs:
        this.#protocol !== null && this.#protocol.poll === null
          ? null
          : { accepted: this.#jobs, ended: this.#ended, open: this.#jobs - this.#ended, rerun: null, twice: null },
      done: this.#pacer === null,
    };
  }

  stop(): void {
    this.#pacer?.cancel();
    this.#pacer = null;
    for (const timer of this.#timers) timer.cancel();
  }

  #step(): void {
    this.#leftMs -= paceMs;
    const nothingLeft = this.#items.length + this.#inFlight + this.#waiting === 0;
    if (nothingLeft || this.#leftMs <= 0) return this.stop();
    if (this.#inFlight >= inFlightMax) return;
    const item = this.#items.shift();
    if (!item) return;
    this.#inFlight++;
    const expected = item.kind === 'row' ? { version: item.row.version, etag: item.row.etag } : null;
    const request = requestOfItem(item, this.#protocol);
    if (!request) return void this.#inFlight--;
    this.#http.send(request, true, (result) => {
      this.#inFlight--;
      const answered = conclusive(result, templateOfItem(item, this.#protocol)?.expect ?? [200]);
      if (!answered) this.#later(item);
      else if (item.kind === 'job') this.#sawJob(item, answered);
      else if (expected) this.#sawRow(item.row, expected, answered);
    });
  }

  /** In a service that is not Petri's: the value must be one that was acknowledged, or one that may have replaced it. */
  #sawValue(row: RowMemory, values: RowValues, expectedVersion: number, answered: Answered): void {
    const template = this.#protocol?.read;
    if (!template) return;
    const value = valueOf(template, answered);
    this.#read++;
    if (value !== null && values.settle(value)) this.#taken++;
    const version = versionAt(answered.body, template.version);
    const isOlder = template.version !== null && (version ?? 0) < expectedVersion;
    if (values.mayShow(value) && !isOlder) return;
    const seen = value === null ? 'no such value' : `${value}${version === null ? '' : `, version ${version}`}`;
    const expected = `${row.sheet}-${row.row} as ${values.newest} or as written later`;
    this.#isLost({ tenant: row.tenant, request: row.request || values.newest, expected, seen });
  }

  #later(item: ReadBackItem): void {
    this.#waiting++;
    const timer = this.#time.after(againMs, () => {
      this.#timers.delete(timer);
      this.#waiting--;
      this.#items.push(item);
    });
    this.#timers.add(timer);
  }

  #sawRow(row: RowMemory, expected: { version: number; etag: string | null }, answered: Answered): void {
    if (row.values) return this.#sawValue(row, row.values, expected.version, answered);
    const etag = String(answered.headers['etag'] ?? '');
    const version = answered.status === 404 ? 0 : (versionOf(etag) ?? 0);
    if (row.doubts.length > 0) {
      // A write under way may or may not be in what was just read.
      if (row.writing > 0) return this.#later({ kind: 'row', row });
      const { taken, notTaken } = resolveDoubts(row, version, answered.body);
      this.#taken += taken;
      this.#notTaken += notTaken;
    }
    this.#read++;
    const same = version > expected.version || expected.etag === null || etag === expected.etag;
    if (version >= expected.version && same) return;
    const seen = answered.status === 404 ? 'no such row' : `version ${version}, etag ${etag}`;
    const wanted = `${row.sheet}/${row.row} at version ${expected.version} or later, etag ${expected.etag}`;
    this.#isLost({ tenant: row.tenant, request: row.request, expected: wanted, seen });
  }

  #sawJob(item: ReadBackItem & { kind: 'job' }, answered: Answered): void {
    const { tenant, request, id } = item.job;
    if (answered.status === 404) {
      this.#ended++;
      return this.#isLost({ tenant, request, expected: `job ${id}, accepted`, seen: 'no such job' });
    }
    const template = templateOfItem(item, this.#protocol);
    const ended = template ? hasEnded(template, answered) : /"state":\s*"(done|dead)"/.test(answered.body);
    if (!ended) return this.#later(item);
    item.job.ended = true;
    this.#ended++;
  }

  #isLost(lost: ReadBack['lostRequests'][number]): void {
    this.#lostCount++;
    if (this.#lost.length < lostNamedMax) this.#lost.push(lost);
  }
}
