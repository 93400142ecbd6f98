import type { Event } from '../../cells/runtime/events.ts';
import type { Op } from './witness.ts';

/** Of a row under constant load, so many versions and so many unsettled writes are remembered. */
const versionsMax = 64;
const unsettledMax = 256;
const refusedMax = 16;
const pastMax = 16;
const none: readonly never[] = [];

/** What is known of one row of one tenant. Bounded, however long the run: only what an operation under way may still meet is kept. */
export class Row {
  readonly tenant: string;
  /** `s1/r7` */
  readonly name: string;
  /** The newest version that an ended operation wrote or read, and the hash of its value. */
  done = 0;
  doneHash: string | null = null;
  /** The newest acknowledged version, its hash and answer, and how many writes were acknowledged. */
  acked = 0;
  ackedHash: string | null = null;
  ack: Event | null = null;
  acks = 0;
  /** How many acknowledged writes some later read has shown, or something newer. */
  proven = 0;
  /** Writes that ended in doubt. */
  doubtful = 0;
  /** The version before the first write of this record; null while nobody can tell. */
  base: number | null;
  /** Effects of writes that had had one: `once-per-key` tells of them. */
  repeated = 0;
  /** Writes by others than Petri's clients, which nobody may have seen whole. */
  foreign = 0;
  /** Operations under way. */
  open = 0;
  /** Some of what was known had to be forgotten. */
  forgot = false;
  /** Writes that are under way or in doubt, and whose effect nobody has seen. */
  #unsettled: Op[] = none as never;
  /** Hashes of writes that surely had no effect, the newest. */
  #refused: Op[] = none as never;
  #versions: Map<number, string | null> | null = null;
  /** When which version was newest, while strangers use it: what they record is known late. */
  #past: { readonly t: number; readonly version: number; readonly acked: number }[] | null = null;

  constructor(tenant: string, name: string, base: number | null) {
    this.tenant = tenant;
    this.name = name;
    this.base = base;
  }

  get unsettled(): readonly Op[] {
    return this.#unsettled;
  }

  begin(op: Op): void {
    this.open++;
    op.floor = this.done;
    op.ackFloor = this.acked;
    op.ackCount = this.acks;
    if (op.kind === 'write') this.unsettle(op);
  }

  /** As {@link begin}, for a stranger's operation that is known only now that it has ended: as far back as is remembered. */
  beginLate(op: Op): void {
    this.open++;
    // What was acknowledged since it was sent it says nothing of, unless it shows it.
    op.ackCount = op.version !== null && op.version >= this.acked ? this.acks : 0;
    const known = this.#past?.findLast(({ t }) => t < op.sentT);
    op.floor = known?.version ?? 0;
    op.ackFloor = known?.acked ?? 0;
    this.#past ??= [];
  }

  unsettle(op: Op): void {
    if (this.#unsettled.length === 0) this.#unsettled = [];
    this.#unsettled.push(op);
    if (this.#unsettled.length <= unsettledMax) return;
    this.#unsettled.shift();
    this.forgot = true;
  }

  /** The write under way or in doubt that has this hash. */
  unsettledWith(hash: string): Op | null {
    for (const op of this.#unsettled) if (op.hash === hash) return op;
    return null;
  }

  settle(op: Op): void {
    const at = this.#unsettled.indexOf(op);
    if (at >= 0) this.#unsettled.splice(at, 1);
  }

  refuse(op: Op): void {
    this.settle(op);
    if (this.#refused.length === 0) this.#refused = [];
    this.#refused.push(op);
    if (this.#refused.length > refusedMax) this.#refused.shift();
  }

  refusedWith(hash: string): Op | null {
    for (const op of this.#refused) if (op.hash === hash) return op;
    return null;
  }

  /** The hash of the value at a version; undefined where nobody has said. */
  hashAt(version: number): string | null | undefined {
    if (version === this.done && version > 0) return this.doneHash;
    return this.#versions?.get(version);
  }

  /** Some version that shows this hash; null: none that is remembered. */
  versionOf(hash: string): number | null {
    if (this.doneHash === hash) return this.done;
    for (const [version, known] of this.#versions ?? none) if (known === hash) return version;
    return null;
  }

  /** An ended operation wrote or read this; `t`: when it ended. */
  saw(version: number, hash: string | null, t: number): void {
    if (version > this.done) {
      if (this.open > 1 || this.#unsettled.length > 0) this.#remember(this.done, this.doneHash);
      this.done = version;
      this.doneHash = hash;
    } else if (version < this.done) this.#remember(version, hash);
    if (this.#past === null) return;
    this.#past.push({ t, version: this.done, acked: this.acked });
    if (this.#past.length > pastMax) this.#past.shift();
  }

  /** A cell recorded that it holds this; whoever asked for it may not know yet. */
  learn(version: number, hash: string): void {
    if (version !== this.done) this.#remember(version, hash);
  }

  end(): void {
    this.open--;
    if (this.#versions === null || this.open > 0 || this.#unsettled.length > 0) return;
    for (const version of this.#versions.keys()) if (version <= this.done) this.#versions.delete(version);
    if (this.#versions.size === 0) this.#versions = null;
  }

  #remember(version: number, hash: string | null): void {
    if (version === 0) return;
    this.#versions ??= new Map();
    if (!this.#versions.has(version)) this.#versions.set(version, hash);
    if (this.#versions.size <= versionsMax) return;
    for (const known of this.#versions.keys()) if (known < this.done - versionsMax / 2) this.#versions.delete(known);
    if (this.#versions.size > versionsMax * 4) this.#versions.clear();
  }
}

/** All rows that anybody has written or read, by tenant. */
export class Rows {
  readonly #tenants = new Map<string, Map<string, Row>>();
  /** The version that a row has before anybody in this record has touched it; null: the record begins in the middle of a world's life. */
  base: number | null = null;

  get(tenant: string, name: string): Row {
    let rows = this.#tenants.get(tenant);
    if (!rows) this.#tenants.set(tenant, (rows = new Map()));
    let row = rows.get(name);
    if (!row) rows.set(name, (row = new Row(tenant, name, this.base)));
    return row;
  }

  *all(): Iterable<Row> {
    for (const rows of this.#tenants.values()) yield* rows.values();
  }
}
