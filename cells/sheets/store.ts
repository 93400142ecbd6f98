import type { JobRow, JobState } from '../aurora/contract.ts';

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

/** What a named read may look at. Synchronous: one call sees one state. */
export interface ReadStore {
  /** The tenant's epoch; null where this cell does not know it. */
  tenantEpoch(tenant: string): number | null;
  /** In order of id. */
  tenants(): readonly { readonly id: string; readonly epoch: number }[];
  row(tenant: string, sheet: string, row: string): StoredRow | null;
  /** In order of the row's name. */
  rows(tenant: string, sheet: string, limit: number): readonly StoredRow[];
  request(tenant: string, key: string): StoredRequest | null;
  job(id: string): StoredJob | null;
  /** In order of acceptance. `acceptedBeforeMs` and `limit` null: all. */
  jobs(state: JobState, acceptedBeforeMs: number | null, limit: number | null): readonly StoredJob[];
  jobCounts(): Readonly<Record<JobState, number>>;
  /** In the order in which they were added. */
  outbox(limit: number): readonly { readonly id: string; readonly job: StoredJob }[];
}

/** What a named transaction may do. Each `put` adds or replaces. */
export interface Store extends ReadStore {
  putTenant(tenant: string, epoch: number): void;
  putRow(tenant: string, sheet: string, row: StoredRow): void;
  putRequest(tenant: string, key: string, request: StoredRequest): void;
  putJob(job: StoredJob): void;
  /** Adds a waiting delivery of a job; what waited for the same job before is dropped. */
  putOutbox(id: string, job: string): void;
  /** Unknown ids are no error. */
  removeOutbox(id: string): void;
}

/** A store that can do several steps together or not at all. */
export interface AtomicStore extends Store {
  /** Runs `work`; where it throws, nothing of it stays and the error passes on. */
  atomically<T>(work: () => T): T;
}
