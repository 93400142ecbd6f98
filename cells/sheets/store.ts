import type { JobRow, JobState, Span } from '../aurora/contract.ts';
import type { MovedRequest, MovedRow, Residence } from '../aurora/move-contract.ts';

/** A row as a store keeps it: values as JSON text, made once, so that hashing and storing share it. */
export interface StoredRow {
  readonly row: string;
  readonly valueJson: string;
  readonly version: number;
  /** Hash of `valueJson`, the second half of the etag. */
  readonly hash: string;
  /** What the last recalculation wrote; null before the first. */
  readonly computedJson: string | null;
}

export interface StoredJob extends JobRow {
  /** Outbox rows made for it so far; numbers the next one. */
  readonly deliveries: number;
}

/** An answered request: repeated under the same key with the same content, it gets the same answer and no second effect. */
export interface StoredRequest {
  readonly hash: string;
  readonly answerJson: string;
}

export interface StoredTenant {
  readonly epoch: number;
  readonly residence: Residence;
}

/** No moment is in it. */
export const noSpan: Span = { fromMs: 1, toMs: 0 };

/** What a named read may look at. Synchronous: one call sees one state. */
export interface ReadStore {
  /** Null where this cell never knew it. */
  tenant(id: string): StoredTenant | null;
  /** In order of id. */
  tenants(): readonly (StoredTenant & { readonly id: string })[];
  row(tenant: string, sheet: string, row: string): StoredRow | null;
  /** In order of the row's name. */
  rows(tenant: string, sheet: string, limit: number): readonly StoredRow[];
  request(tenant: string, key: string): StoredRequest | null;
  job(id: string): StoredJob | null;
  /** Of tenants whose home is here, in order of acceptance, but for those accepted in the span. `limit` null: all. */
  jobs(state: JobState, except: Span, limit: number | null): readonly StoredJob[];
  /** Of tenants whose home is here. */
  jobCounts(): Readonly<Record<JobState, number>>;
  /** In the order in which they were added. */
  outbox(limit: number): readonly { readonly id: string; readonly job: StoredJob }[];
  /** All rows of a tenant, in order of sheet and row, those after `after`. */
  rowsOf(
    tenant: string,
    after: { readonly sheet: string; readonly row: string } | null,
    limit: number,
  ): readonly MovedRow[];
  /** In order of the key, those after `after`. */
  requestsOf(tenant: string, after: string | null, limit: number): readonly MovedRequest[];
  /** In order of the id, those after `after`. */
  jobsOf(tenant: string, after: string | null, limit: number): readonly StoredJob[];
}

/** What a named transaction may do. Each `put` adds or replaces. */
export interface Store extends ReadStore {
  putTenant(tenant: string, epoch: number, residence: Residence): void;
  putRow(tenant: string, sheet: string, row: StoredRow): void;
  putRequest(tenant: string, key: string, request: StoredRequest): void;
  putJob(job: StoredJob): void;
  /** Adds a waiting delivery of a job; what waited for the same job before is dropped. */
  putOutbox(id: string, job: string): void;
  /** Unknown ids are no error. */
  removeOutbox(id: string): void;
  /** Removes every waiting delivery of the tenant's jobs. */
  removeOutboxOf(tenant: string): void;
  /** Removes up to `limit` rows, as many idempotency records and as many jobs of the tenant. True where some are left. */
  removeDataOf(tenant: string, limit: number): boolean;
}

/** A store that can do several steps together or not at all. */
export interface AtomicStore extends Store {
  /** Runs `work`; where it throws, nothing of it stays and the error passes on. */
  atomically<T>(work: () => T): T;
}
