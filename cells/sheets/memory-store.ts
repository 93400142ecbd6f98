import type { JobState, Span } from '../aurora/contract.ts';
import type { MovedRequest, MovedRow, Residence } from '../aurora/move-contract.ts';
import type { AtomicStore, StoredJob, StoredRequest, StoredRow, StoredTenant } from './store.ts';

/** A store in memory: for virtual time and for tests. Iteration orders are those of the contract, so a seed reproduces every byte. */
export class MemoryStore implements AtomicStore {
  readonly #tenants = new Map<string, StoredTenant>();
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

  /** Begins a transaction; what it hands back undoes all that comes until {@link end}. */
  begin(): () => void {
    const undo: (() => void)[] = [];
    this.#undo = undo;
    return () => {
      for (const step of undo.toReversed()) step();
    };
  }

  end(): void {
    this.#undo = null;
  }

  /** Another store that holds the same. What is stored is never changed in place, so it is shared. */
  copy(): MemoryStore {
    const copy = new MemoryStore();
    for (const [id, tenant] of this.#tenants) copy.#tenants.set(id, tenant);
    for (const [name, rows] of this.#sheets) copy.#sheets.set(name, new Map(rows));
    for (const [name, request] of this.#requests) copy.#requests.set(name, request);
    for (const [id, job] of this.#jobs) copy.#jobs.set(id, job);
    for (const [id, job] of this.#outbox) copy.#outbox.set(id, job);
    return copy;
  }

  tenant(id: string): StoredTenant | null {
    return this.#tenants.get(id) ?? null;
  }

  tenants(): (StoredTenant & { id: string })[] {
    return [...this.#tenants].map(([id, tenant]) => ({ id, ...tenant })).toSorted((a, b) => compare(a.id, b.id));
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

  jobs(state: JobState, { fromMs, toMs }: Span, limit: number | null): StoredJob[] {
    return [...this.#jobs.values()]
      .filter((job) => job.state === state && (job.acceptedAtMs < fromMs || job.acceptedAtMs > toMs))
      .filter((job) => this.#isHome(job.tenant))
      .toSorted((a, b) => a.acceptedAtMs - b.acceptedAtMs || compare(a.id, b.id))
      .slice(0, limit ?? Infinity);
  }

  jobCounts(): Record<JobState, number> {
    const counts = { open: 0, done: 0, dead: 0 };
    for (const job of this.#jobs.values()) if (this.#isHome(job.tenant)) counts[job.state]++;
    return counts;
  }

  outbox(limit: number): { id: string; job: StoredJob }[] {
    return [...this.#outbox].slice(0, limit).map(([id, job]) => ({ id, job: this.#jobs.get(job)! }));
  }

  rowsOf(tenant: string, after: { sheet: string; row: string } | null, limit: number): MovedRow[] {
    const start = pair(tenant, '');
    const sheets = [...this.#sheets].filter(([name]) => name.startsWith(start));
    return sheets
      .flatMap(([name, rows]) => [...rows.values()].map((row) => ({ sheet: name.slice(start.length), ...row })))
      .toSorted((a, b) => compare(a.sheet, b.sheet) || compare(a.row, b.row))
      .filter(({ sheet, row }) => !after || (compare(sheet, after.sheet) || compare(row, after.row)) > 0)
      .slice(0, limit);
  }

  requestsOf(tenant: string, after: string | null, limit: number): MovedRequest[] {
    const start = pair(tenant, '');
    return [...this.#requests]
      .filter(([name]) => name.startsWith(start))
      .map(([name, request]) => ({ key: name.slice(start.length), ...request }))
      .filter(({ key }) => compare(key, after ?? '') > 0)
      .toSorted((a, b) => compare(a.key, b.key))
      .slice(0, limit);
  }

  jobsOf(tenant: string, after: string | null, limit: number): StoredJob[] {
    return [...this.#jobs.values()]
      .filter((job) => job.tenant === tenant && compare(job.id, after ?? '') > 0)
      .toSorted((a, b) => compare(a.id, b.id))
      .slice(0, limit);
  }

  putTenant(tenant: string, epoch: number, residence: Residence): void {
    this.#set(this.#tenants, tenant, { epoch, residence });
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

  removeOutboxOf(tenant: string): void {
    for (const [waiting, job] of this.#outbox) if (this.#jobs.get(job)?.tenant === tenant) this.removeOutbox(waiting);
  }

  removeDataOf(tenant: string, limit: number): boolean {
    this.removeOutboxOf(tenant);
    const rows = this.rowsOf(tenant, null, limit);
    const requests = this.requestsOf(tenant, null, limit);
    const jobs = this.jobsOf(tenant, null, limit);
    for (const { sheet, row } of rows) this.#remove(this.#sheets.get(pair(tenant, sheet))!, row);
    for (const { key } of requests) this.#remove(this.#requests, pair(tenant, key));
    for (const { id } of jobs) this.#remove(this.#jobs, id);
    return [rows, requests, jobs].some(({ length }) => length === limit);
  }

  #isHome(tenant: string): boolean {
    return this.#tenants.get(tenant)?.residence === 'home';
  }

  #remove<Value>(map: Map<string, Value>, key: string): void {
    const before = map.get(key);
    if (map.delete(key) && before !== undefined) this.#undo?.push(() => map.set(key, before));
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
