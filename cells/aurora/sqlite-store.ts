import type { Database, Statement } from 'better-sqlite3';
import type { AtomicStore, StoredJob, StoredRequest, StoredRow, StoredTenant } from '../sheets/store.ts';
import type { JobState, Span } from './contract.ts';
import type { MovedRequest, MovedRow, Residence } from './move-contract.ts';

interface JobRecord extends Omit<StoredJob, 'result'> {
  readonly resultJson: string;
}

const rowColumns = 'row, value_json AS valueJson, version, hash, computed_json AS computedJson';
const jobColumns = `jobs.id, tenant, kind, sheet, units, queue, state, result_json AS resultJson,
  accepted_at_ms AS acceptedAtMs, ended_at_ms AS endedAtMs, deliveries`;

/** Jobs first: of all that a cell holds only few are in one state. */
const jobsAtHome = `jobs CROSS JOIN tenants ON tenants.id = jobs.tenant AND residence = 'home'`;

/** The store over one SQLite connection. Statements are prepared once; a read-only connection prepares those that write as well, and may not run them. */
export class SqliteStore implements AtomicStore {
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(database: Database) {
    this.#statements = prepareAll(database);
  }

  atomically<T>(work: () => T): T {
    const { savepoint, release, rollbackTo } = this.#statements;
    savepoint.run();
    try {
      const result = work();
      release.run();
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back everything by itself, and then there is no savepoint left to go back to.
      if (savepoint.database.inTransaction) {
        rollbackTo.run();
        release.run();
      }
      throw error;
    }
  }

  tenant(id: string): StoredTenant | null {
    return (this.#statements.tenant.get(id) as StoredTenant | undefined) ?? null;
  }

  tenants(): (StoredTenant & { id: string })[] {
    return this.#statements.tenants.all() as (StoredTenant & { id: string })[];
  }

  row(tenant: string, sheet: string, row: string): StoredRow | null {
    return (this.#statements.row.get(tenant, sheet, row) as StoredRow | undefined) ?? null;
  }

  rows(tenant: string, sheet: string, limit: number): StoredRow[] {
    return this.#statements.rows.all(tenant, sheet, limit) as StoredRow[];
  }

  request(tenant: string, key: string): StoredRequest | null {
    return (this.#statements.request.get(tenant, key) as StoredRequest | undefined) ?? null;
  }

  job(id: string): StoredJob | null {
    const record = this.#statements.job.get(id) as JobRecord | undefined;
    return record ? storedJob(record) : null;
  }

  jobs(state: JobState, { fromMs, toMs }: Span, limit: number | null): StoredJob[] {
    return (this.#statements.jobs.all(state, fromMs, toMs, limit ?? -1) as JobRecord[]).map(storedJob);
  }

  jobCounts(): Record<JobState, number> {
    const counts = { open: 0, done: 0, dead: 0 };
    for (const { state, count } of this.#statements.jobCounts.all() as { state: JobState; count: number }[]) {
      counts[state] = count;
    }
    return counts;
  }

  outbox(limit: number): { id: string; job: StoredJob }[] {
    const records = this.#statements.outbox.all(limit) as (JobRecord & { readonly outboxId: string })[];
    return records.map(({ outboxId, ...record }) => ({ id: outboxId, job: storedJob(record) }));
  }

  rowsOf(tenant: string, after: { sheet: string; row: string } | null, limit: number): MovedRow[] {
    return this.#statements.rowsOf.all(tenant, after?.sheet ?? '', after?.row ?? '', limit) as MovedRow[];
  }

  requestsOf(tenant: string, after: string | null, limit: number): MovedRequest[] {
    return this.#statements.requestsOf.all(tenant, after ?? '', limit) as MovedRequest[];
  }

  jobsOf(tenant: string, after: string | null, limit: number): StoredJob[] {
    return (this.#statements.jobsOf.all(tenant, after ?? '', limit) as JobRecord[]).map(storedJob);
  }

  putTenant(tenant: string, epoch: number, residence: Residence): void {
    this.#statements.putTenant.run(tenant, epoch, residence);
  }

  putRow(tenant: string, sheet: string, row: StoredRow): void {
    this.#statements.putRow.run(tenant, sheet, row.row, row.valueJson, row.version, row.hash, row.computedJson);
  }

  putRequest(tenant: string, key: string, request: StoredRequest): void {
    this.#statements.putRequest.run(tenant, key, request.hash, request.answerJson);
  }

  putJob({ result, ...job }: StoredJob): void {
    this.#statements.putJob.run({ ...job, resultJson: JSON.stringify(result) });
  }

  putOutbox(id: string, job: string): void {
    this.#statements.dropOutboxOf.run(job);
    this.#statements.putOutbox.run(id, job);
  }

  removeOutbox(id: string): void {
    this.#statements.removeOutbox.run(id);
  }

  removeOutboxOf(tenant: string): void {
    this.#statements.removeOutboxOf.run(tenant);
  }

  removeDataOf(tenant: string, limit: number): boolean {
    this.removeOutboxOf(tenant);
    const { removeRowsOf, removeRequestsOf, removeJobsOf } = this.#statements;
    const removed = [removeRowsOf, removeRequestsOf, removeJobsOf].map((sql) => sql.run(tenant, limit).changes);
    return removed.some((count) => count === limit);
  }
}

function prepareAll(database: Database) {
  const sql = (text: string): Statement => database.prepare(text);
  return {
    savepoint: sql('SAVEPOINT one'),
    release: sql('RELEASE one'),
    rollbackTo: sql('ROLLBACK TO one'),
    tenant: sql('SELECT epoch, residence FROM tenants WHERE id = ?'),
    tenants: sql('SELECT id, epoch, residence FROM tenants ORDER BY id'),
    row: sql(`SELECT ${rowColumns} FROM rows WHERE tenant = ? AND sheet = ? AND row = ?`),
    rows: sql(`SELECT ${rowColumns} FROM rows WHERE tenant = ? AND sheet = ? ORDER BY row LIMIT ?`),
    request: sql('SELECT hash, answer_json AS answerJson FROM requests WHERE tenant = ? AND key = ?'),
    job: sql(`SELECT ${jobColumns} FROM jobs WHERE id = ?`),
    jobs: sql(`SELECT ${jobColumns} FROM ${jobsAtHome}
      WHERE state = ? AND NOT accepted_at_ms BETWEEN ? AND ? ORDER BY accepted_at_ms, jobs.id LIMIT ?`),
    jobCounts: sql(`SELECT state, count(*) AS count FROM ${jobsAtHome} GROUP BY state`),
    outbox: sql(`SELECT outbox.id AS outboxId, ${jobColumns} FROM outbox JOIN jobs ON jobs.id = outbox.job
      ORDER BY sequence LIMIT ?`),
    rowsOf: sql(`SELECT sheet, ${rowColumns} FROM rows WHERE tenant = ? AND (sheet, row) > (?, ?)
      ORDER BY sheet, row LIMIT ?`),
    requestsOf: sql(`SELECT key, hash, answer_json AS answerJson FROM requests WHERE tenant = ? AND key > ?
      ORDER BY key LIMIT ?`),
    jobsOf: sql(`SELECT ${jobColumns} FROM jobs WHERE tenant = ? AND jobs.id > ? ORDER BY jobs.id LIMIT ?`),
    putTenant: sql(`INSERT INTO tenants (id, epoch, residence) VALUES (?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, residence = excluded.residence`),
    putRow:
      sql(`INSERT INTO rows (tenant, sheet, row, value_json, version, hash, computed_json) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, sheet, row) DO UPDATE SET value_json = excluded.value_json, version = excluded.version,
      hash = excluded.hash, computed_json = excluded.computed_json`),
    putRequest: sql(`INSERT INTO requests (tenant, key, hash, answer_json) VALUES (?, ?, ?, ?)
      ON CONFLICT (tenant, key) DO UPDATE SET hash = excluded.hash, answer_json = excluded.answer_json`),
    putJob:
      sql(`INSERT INTO jobs (id, tenant, kind, sheet, units, queue, state, result_json, accepted_at_ms, ended_at_ms, deliveries)
      VALUES (@id, @tenant, @kind, @sheet, @units, @queue, @state, @resultJson, @acceptedAtMs, @endedAtMs, @deliveries)
      ON CONFLICT (id) DO UPDATE SET units = excluded.units, queue = excluded.queue, state = excluded.state,
      result_json = excluded.result_json, ended_at_ms = excluded.ended_at_ms, deliveries = excluded.deliveries`),
    dropOutboxOf: sql('DELETE FROM outbox WHERE job = ?'),
    putOutbox: sql('INSERT INTO outbox (id, job) VALUES (?, ?)'),
    removeOutbox: sql('DELETE FROM outbox WHERE id = ?'),
    removeOutboxOf: sql('DELETE FROM outbox WHERE job IN (SELECT id FROM jobs WHERE tenant = ?)'),
    removeRowsOf: sql(`DELETE FROM rows WHERE (tenant, sheet, row) IN
      (SELECT tenant, sheet, row FROM rows WHERE tenant = ? ORDER BY sheet, row LIMIT ?)`),
    removeRequestsOf: sql(`DELETE FROM requests WHERE (tenant, key) IN
      (SELECT tenant, key FROM requests WHERE tenant = ? ORDER BY key LIMIT ?)`),
    removeJobsOf: sql('DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE tenant = ? ORDER BY id LIMIT ?)'),
  };
}

function storedJob({ resultJson, ...job }: JobRecord): StoredJob {
  return { ...job, result: JSON.parse(resultJson) as unknown };
}
