import type { Database, Statement } from 'better-sqlite3';
import type { AtomicStore, StoredJob, StoredRequest, StoredRow } from '../sheets/store.ts';
import type { JobState } from './contract.ts';

interface JobRecord extends Omit<StoredJob, 'result'> {
  readonly resultJson: string;
}

const rowColumns = 'row, value_json AS valueJson, version, hash, computed_json AS computedJson';
const jobColumns = `jobs.id, tenant, kind, sheet, units, queue, state, result_json AS resultJson,
  accepted_at_ms AS acceptedAtMs, ended_at_ms AS endedAtMs, deliveries`;

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

  tenantEpoch(tenant: string): number | null {
    return (this.#statements.tenantEpoch.get(tenant) as number | undefined) ?? null;
  }

  tenants(): { id: string; epoch: number }[] {
    return this.#statements.tenants.all() as { id: string; epoch: number }[];
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

  jobs(state: JobState, acceptedBeforeMs: number | null, limit: number | null): StoredJob[] {
    const before = acceptedBeforeMs ?? Number.MAX_SAFE_INTEGER;
    return (this.#statements.jobs.all(state, before, limit ?? -1) as JobRecord[]).map(storedJob);
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

  putTenant(tenant: string, epoch: number): void {
    this.#statements.putTenant.run(tenant, epoch);
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
}

function prepareAll(database: Database) {
  const sql = (text: string): Statement => database.prepare(text);
  return {
    savepoint: sql('SAVEPOINT one'),
    release: sql('RELEASE one'),
    rollbackTo: sql('ROLLBACK TO one'),
    tenantEpoch: sql('SELECT epoch FROM tenants WHERE id = ?').pluck(),
    tenants: sql('SELECT id, epoch FROM tenants ORDER BY id'),
    row: sql(`SELECT ${rowColumns} FROM rows WHERE tenant = ? AND sheet = ? AND row = ?`),
    rows: sql(`SELECT ${rowColumns} FROM rows WHERE tenant = ? AND sheet = ? ORDER BY row LIMIT ?`),
    request: sql('SELECT hash, answer_json AS answerJson FROM requests WHERE tenant = ? AND key = ?'),
    job: sql(`SELECT ${jobColumns} FROM jobs WHERE id = ?`),
    jobs: sql(
      `SELECT ${jobColumns} FROM jobs WHERE state = ? AND accepted_at_ms < ? ORDER BY accepted_at_ms, id LIMIT ?`,
    ),
    jobCounts: sql('SELECT state, count(*) AS count FROM jobs GROUP BY state'),
    outbox: sql(`SELECT outbox.id AS outboxId, ${jobColumns} FROM outbox JOIN jobs ON jobs.id = outbox.job
      ORDER BY sequence LIMIT ?`),
    putTenant: sql(`INSERT INTO tenants (id, epoch) VALUES (?, ?)
      ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch`),
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
  };
}

function storedJob({ resultJson, ...job }: JobRecord): StoredJob {
  return { ...job, result: JSON.parse(resultJson) as unknown };
}
