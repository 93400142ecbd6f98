import type { JobState } from '../aurora/contract.ts';
import type { AtomicStore, StoredJob, StoredRequest, StoredRow } from './store.ts';

/** A store in memory: for virtual time and for tests. Iteration orders are those of the contract, so a seed reproduces every byte. */
export class MemoryStore implements AtomicStore {
  readonly #tenants = new Map<string, number>();
  readonly #sheets = new Map<string, Map<string, StoredRow>>();
  readonly #requests = new Map<string, StoredRequest>();
  readonly #jobs = new Map<string, StoredJob>();
  readonly #outbox = new Map<string, string>();
  #undo: (() => void)[] | null = null;

  atomically<T>(work: () => T): T {
    const outer = this.#undo;
    const undo: (() => void)[] = [];
    this.#undo = undo;
    try {
      const result = work();
      outer?.push(...undo);
      return result;
    } catch (error) {
      for (const step of undo.toReversed()) step();
      throw error;
    } finally {
      this.#undo = outer;
    }
  }

  tenantEpoch(tenant: string): number | null {
    return this.#tenants.get(tenant) ?? null;
  }

  tenants(): { id: string; epoch: number }[] {
    return [...this.#tenants].map(([id, epoch]) => ({ id, epoch })).toSorted((a, b) => compare(a.id, b.id));
  }

  row(tenant: string, sheet: string, row: string): StoredRow | null {
    return this.#sheets.get(pair(tenant, sheet))?.get(row) ?? null;
  }

  rows(tenant: string, sheet: string, limit: number): StoredRow[] {
    const rows = [...(this.#sheets.get(pair(tenant, sheet))?.values() ?? [])];
    return rows.toSorted((a, b) => compare(a.row, b.row)).slice(0, limit);
  }

  request(tenant: string, key: string): StoredRequest | null {
    return this.#requests.get(pair(tenant, key)) ?? null;
  }

  job(id: string): StoredJob | null {
    return this.#jobs.get(id) ?? null;
  }

  jobs(state: JobState, acceptedBeforeMs: number | null, limit: number | null): StoredJob[] {
    return [...this.#jobs.values()]
      .filter((job) => job.state === state && (acceptedBeforeMs === null || job.acceptedAtMs < acceptedBeforeMs))
      .toSorted((a, b) => a.acceptedAtMs - b.acceptedAtMs || compare(a.id, b.id))
      .slice(0, limit ?? Infinity);
  }

  jobCounts(): Record<JobState, number> {
    const counts = { open: 0, done: 0, dead: 0 };
    for (const job of this.#jobs.values()) counts[job.state]++;
    return counts;
  }

  outbox(limit: number): { id: string; job: StoredJob }[] {
    return [...this.#outbox].slice(0, limit).map(([id, job]) => ({ id, job: this.#jobs.get(job)! }));
  }

  putTenant(tenant: string, epoch: number): void {
    this.#set(this.#tenants, tenant, epoch);
  }

  putRow(tenant: string, sheet: string, row: StoredRow): void {
    const name = pair(tenant, sheet);
    let rows = this.#sheets.get(name);
    if (!rows) this.#sheets.set(name, (rows = new Map()));
    this.#set(rows, row.row, row);
  }

  putRequest(tenant: string, key: string, request: StoredRequest): void {
    this.#set(this.#requests, pair(tenant, key), request);
  }

  putJob(job: StoredJob): void {
    this.#set(this.#jobs, job.id, job);
  }

  putOutbox(id: string, job: string): void {
    for (const [waiting, itsJob] of this.#outbox) if (itsJob === job) this.removeOutbox(waiting);
    this.#set(this.#outbox, id, job);
  }

  removeOutbox(id: string): void {
    const before = [...this.#outbox];
    if (!this.#outbox.delete(id)) return;
    // The whole order comes back, not only the entry: the outbox is read in the order in which it was filled.
    this.#undo?.push(() => {
      this.#outbox.clear();
      for (const [waiting, job] of before) this.#outbox.set(waiting, job);
    });
  }

  #set<Value>(map: Map<string, Value>, key: string, value: Value): void {
    const before = map.get(key);
    map.set(key, value);
    this.#undo?.push(() => {
      if (before === undefined) map.delete(key);
      else map.set(key, before);
    });
  }
}

/** NUL is in neither part: ids and keys are of printable characters. */
function pair(first: string, second: string): string {
  return `${first}\0${second}`;
}

/** By code unit, as SQLite's BINARY collation does for the ASCII names that the service takes. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
