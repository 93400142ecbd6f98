import { isOrdered, type Answer } from '../events/answer.ts';
import type { BlastRadius } from '../state/status.ts';
import { kindOf } from '../world/address.ts';
import { cellOf, handedOverMs, predict, type Affected, type Estate } from './dependency.ts';

/** Answers reach the ledger late and out of step with faults, so the newest are kept and counted when an entry opens. In milliseconds. */
const recentMs = 3000;
const recentMax = 20_000;

/** An answer to a request sent sooner than this after a loss, or after the end of one, says nothing about what is so from then on. */
const settledMs = 250;

/** A fault, or a death seen from outside, that took. Monotonic milliseconds, and Unix ones (`at`), of the moment before its effect. */
export interface Taking {
  readonly id: string;
  readonly target: string;
  readonly affected: readonly Affected[];
  readonly sinceMs: number;
  readonly at: number;
}

interface Entry {
  readonly fault: string;
  readonly sinceMs: number;
  readonly at: number;
  readonly targets: Set<string>;
  readonly affected: Map<
    string,
    Affected & { readonly sinceMs: number; /** When it was seen to be dead. */ readonly diedMs?: number }
  >;
  readonly openFaults: Set<string>;
  readonly predicted: Set<string>;
  /** Everyone with an error, with the first one that no affected part can have held. */
  readonly hit: Map<string, { unexplained: Answer | null }>;
  /** Everyone who was answered before their cell was back, with the latest of their requests: when it was sent. */
  readonly called: Map<string, number>;
  /** When a router found a cell serving again. */
  readonly backMs: Map<string, number>;
  inDoubt: number;
  noticedAfterMs: number | null;
  untilMs: number | null;
  untilAt: number | null;
}

/** The blast-radius ledger: one entry for faults that overlap in time, over answers as the routers recorded them. */
export class BlastRadiusLedger {
  #estate: Estate;
  #entry: Entry | null = null;
  /** The entry that was closed before this one: what its faults held may be answered only now. */
  #before: Entry | null = null;
  #recent: Answer[] = [];

  constructor(estate: Estate) {
    this.#estate = estate;
  }

  /** The same entry, which goes its own way from here. */
  copy(): BlastRadiusLedger {
    const copy = new BlastRadiusLedger(this.#estate);
    copy.#entry = this.#entry && copyOf(this.#entry);
    copy.#before = this.#before;
    copy.#recent = [...this.#recent];
    return copy;
  }

  get open(): boolean {
    return this.#entry !== null && this.#entry.untilMs === null;
  }

  /** True once every fault of the open entry is gone: it waits for its targets to be healthy. */
  get waitsForHealth(): boolean {
    return this.open && this.#entry?.openFaults.size === 0;
  }

  /** Monotonic milliseconds at which the newest entry opened. */
  get sinceMs(): number | null {
    return this.#entry?.sinceMs ?? null;
  }

  /** All parts and links that the newest entry's faults affected. */
  get affected(): readonly string[] {
    return [...(this.#entry?.affected.keys() ?? [])];
  }

  /** The world changed (a tenant was added, a service scaled, a reader promoted). What was predicted stays so. */
  setEstate(estate: Estate): void {
    this.#estate = estate;
    if (this.#entry && this.open) this.#predict(this.#entry);
  }

  /** A fault took. It opens an entry, or joins the one that is open. The same id again adds to what it affects. */
  took(taking: Taking): void {
    const opens = this.#entry === null || !this.open;
    if (opens) this.#before = this.#entry;
    const entry = opens || !this.#entry ? newEntry(taking) : this.#entry;
    this.#entry = entry;
    entry.targets.add(taking.target);
    entry.openFaults.add(taking.id);
    for (const one of taking.affected) {
      const role = one.role ?? this.#estate.parts.find(({ address }) => address === one.address)?.role;
      // A part that is lost again is held to its newest loss; what the first one predicted stays.
      entry.affected.set(one.address, { ...one, role, sinceMs: taking.sinceMs });
      entry.backMs.delete(cellOf(one.address) ?? '');
    }
    this.#predict(entry);
    if (opens) for (const answer of this.#recent) this.#count(entry, answer);
  }

  /** A part that is affected was seen to die: until then it held requests, however long its end took on a busy machine. */
  died(address: string, timeMs: number): void {
    const entry = this.#entry;
    const part = entry?.affected.get(address);
    if (!entry || !part || !this.open || timeMs < part.sinceMs) return;
    entry.affected.set(address, { ...part, diedMs: timeMs });
    for (const known of entry.hit.values()) {
      if (known.unexplained && this.#wasHeld(entry, known.unexplained)) known.unexplained = null;
    }
  }

  /** The probe says that this fault is gone. */
  gone(id: string): void {
    this.#entry?.openFaults.delete(id);
  }

  /** All targets are healthy now: closes the entry if its last fault is gone, and says whether it did. */
  targetsHealthy(nowMs: number, at: number): boolean {
    if (!this.waitsForHealth || !this.#entry) return false;
    this.#entry.untilMs = nowMs;
    this.#entry.untilAt = at;
    return true;
  }

  /** A router found a cell `down` or `serving`; monotonic milliseconds of its record. */
  cellState(cell: string, health: string, timeMs: number): void {
    const entry = this.#entry;
    if (!entry || !this.open || timeMs < entry.sinceMs) return;
    const losses = [...entry.affected.values()].filter(({ address }) => cellOf(address) === cell);
    if (losses.length === 0) return;
    if (health === 'down') {
      const lostMs = Math.min(...losses.map(({ sinceMs }) => sinceMs));
      if (timeMs >= lostMs) entry.noticedAfterMs ??= Math.round(timeMs - lostMs);
      entry.backMs.delete(cell);
    } else if (health === 'serving' && entry.noticedAfterMs !== null) entry.backMs.set(cell, timeMs);
  }

  record(answer: Answer): void {
    this.#recent.push(answer);
    const oldestMs = answer.answeredMs - recentMs;
    const first = this.#recent[0];
    if (this.#recent.length > recentMax || (first && first.answeredMs < oldestMs - recentMs)) {
      this.#recent = this.#recent.filter(({ answeredMs }) => answeredMs >= oldestMs).slice(-recentMax / 2);
    }
    if (this.#entry) this.#count(this.#entry, answer);
  }

  /** The open entry, else the last closed one; null before the first. */
  read(): BlastRadius | null {
    const entry = this.#entry;
    if (!entry) return null;
    const tenants = Math.max(1, Object.keys(this.#estate.map.tenants).length);
    const predicted = [...entry.predicted].sort();
    const hit = [...entry.hit.keys()].sort();
    const outside = hit.filter((tenant) => !entry.predicted.has(tenant));
    const leakRequests = outside.flatMap((tenant) => {
      const leak = entry.hit.get(tenant)?.unexplained;
      return leak ? [{ tenant, request: leak.request, status: leak.status, atMs: leak.at }] : [];
    });
    return {
      fault: entry.fault,
      targets: [...entry.targets],
      predictedRatio: ratio(predicted.length, tenants),
      measuredRatio: ratio(hit.length, tenants),
      predicted,
      hit,
      silent: predicted.filter((tenant) => !entry.hit.has(tenant) && !this.#calledInLoss(entry, tenant)),
      leaks: leakRequests.map(({ tenant }) => tenant),
      leakRequests,
      inFlight: outside.filter((tenant) => !entry.hit.get(tenant)?.unexplained),
      inDoubt: entry.inDoubt,
      noticedAfterMs: entry.noticedAfterMs,
      sinceMs: entry.at,
      untilMs: entry.untilAt,
    };
  }

  #predict(entry: Entry): void {
    for (const tenant of predict([...entry.affected.values()], this.#estate).hit) entry.predicted.add(tenant);
  }

  #count(entry: Entry, answer: Answer): void {
    const { tenant } = answer;
    if (tenant === null || answer.answeredMs < entry.sinceMs) return;
    if (entry.untilMs !== null && answer.answeredMs > entry.untilMs) return;
    if (isOrdered(answer)) return;
    if (answer.outcome === 'unknown') entry.inDoubt++;
    if (answer.error) return this.#hit(entry, tenant, answer);
    const backMs = entry.backMs.get(this.#estate.map.tenants[tenant]?.cell ?? '') ?? Infinity;
    if (answer.sentMs >= backMs) return;
    entry.called.set(tenant, Math.max(answer.sentMs, entry.called.get(tenant) ?? 0));
  }

  /** True where they called once all that died of their cell was dead: how long that takes is no matter of theirs. */
  #calledInLoss(entry: Entry, tenant: string): boolean {
    const home = this.#estate.map.tenants[tenant]?.cell;
    const lost = [...entry.affected.values()].filter(({ address }) => cellOf(address) === home);
    const lostMs = Math.max(entry.sinceMs, ...lost.map(({ sinceMs, diedMs }) => diedMs ?? sinceMs));
    return (entry.called.get(tenant) ?? 0) >= lostMs + settledMs;
  }

  #hit(entry: Entry, tenant: string, answer: Answer): void {
    const known = entry.hit.get(tenant) ?? { unexplained: null };
    entry.hit.set(tenant, known);
    if (!known.unexplained && !this.#wasHeld(entry, answer)) known.unexplained = answer;
  }

  /** True where it was sent by a tenant of the entry before while that was open, or just then: a router that was frozen reads what waited in it, and routes by what it knew. */
  #wasHeldBefore({ tenant, sentMs }: Answer): boolean {
    const before = this.#before;
    if (before === null || tenant === null || !before.predicted.has(tenant)) return false;
    return sentMs <= (before.untilMs ?? Infinity) + settledMs;
  }

  /** True where an affected part may have held the request, sent before that part was taken out. */
  #wasHeld(entry: Entry, answer: Answer): boolean {
    if (answer.status === 429) return false;
    if (this.#wasHeldBefore(answer)) return true;
    const home = answer.cell ?? this.#estate.map.tenants[answer.tenant ?? '']?.cell ?? null;
    for (const part of entry.affected.values()) {
      if (answer.sentMs > (part.diedMs ?? part.sinceMs) + handedOverMs[part.loss]) continue;
      const byRouter = part.address.startsWith('router/') && answer.status === 0;
      if (byRouter || (holdsRequests(part.address) && cellOf(part.address) === home)) return true;
    }
    return false;
  }
}

/** Parts of a cell that are one of several and hold requests: losing one may leave those in doubt and nothing else. */
function holdsRequests(address: string): boolean {
  return /^[^/>]+\/(web|aurora)\/[^>]*$/.test(address) || (kindOf(address) === 'service' && !address.includes('>'));
}

function copyOf(entry: Entry): Entry {
  return {
    ...entry,
    targets: new Set(entry.targets),
    affected: new Map(entry.affected),
    openFaults: new Set(entry.openFaults),
    predicted: new Set(entry.predicted),
    hit: new Map([...entry.hit].map(([tenant, { unexplained }]) => [tenant, { unexplained }])),
    called: new Map(entry.called),
    backMs: new Map(entry.backMs),
  };
}

function newEntry({ id, sinceMs, at }: Taking): Entry {
  return {
    fault: id,
    sinceMs,
    at,
    targets: new Set(),
    affected: new Map(),
    openFaults: new Set(),
    predicted: new Set(),
    hit: new Map(),
    called: new Map(),
    backMs: new Map(),
    inDoubt: 0,
    noticedAfterMs: null,
    untilMs: null,
    untilAt: null,
  };
}

function ratio(part: number, whole: number): number {
  return Number((part / whole).toFixed(4));
}
