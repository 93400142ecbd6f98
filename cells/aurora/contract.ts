import type { MoveReads, MoveTransactions, Residence } from './move-contract.ts';

/**
 * Aurora's framed protocol. Two instances share a volume; a client connects to both and follows the writer.
 *
 * On connect and at every change the server notifies `role` (AuroraRole). Calls:
 * - `tx` {name, args}    a named transaction, writer only. Error `not-writer` (surely no effect) where this instance is not the writer;
 *   error `fenced` (outcome unknown) where it committed and then found a newer generation.
 * - `read` {name, args}  a named read, writer or a reader of the current generation; error `not-current` otherwise.
 * - `status` {} → AuroraStatus
 * - `promote` {} → AuroraRole    a failover asked for: the instance becomes the writer of a new generation (or stays it).
 * A call that failed gets `failed`, or `unwritable` where the volume is full, read-only or broken (both: rolled back, surely no effect),
 * or, where the commit itself broke, `unknown`.
 * What a transaction refuses for reasons of the domain (stale epoch, key mismatch) is a result, never an error.
 */
export interface AuroraRole {
  readonly address: string;
  readonly role: 'writer' | 'reader' | 'starting';
  readonly generation: number;
}

export interface AuroraStatus extends AuroraRole {
  readonly pragmas: Readonly<Record<string, string | number>>;
  readonly transactions: number;
  readonly commits: number;
  /** The largest number of transactions that were committed together. */
  readonly groupMax: number;
}

/** Settings of the `aurora` program. `upstreams.peer`: the other instance, reached directly. `listen` serves the protocol. */
export interface AuroraSettings {
  /** Written once, when the volume is empty. */
  readonly seedTenants: readonly { readonly id: string; readonly epoch: number }[];
  /** How long the writer may be silent before a reader promotes itself, in milliseconds. */
  readonly failoverMs: number;
}

/**
 * `stale`: the epoch that came is not the tenant's; `moved`: the tenant left this cell or is still on its way here; `no-tenant`: this
 * cell does not know the tenant. None had an effect.
 */
export type Refusal =
  | { readonly kind: 'stale'; readonly epoch: number }
  | { readonly kind: 'moved'; readonly epoch: number }
  | { readonly kind: 'no-tenant' };

export type JobState = 'open' | 'done' | 'dead';
export type JobQueue = 'standard' | 'xl';

export interface JobRow {
  readonly id: string;
  readonly tenant: string;
  readonly kind: 'recalc' | 'export';
  readonly sheet: string;
  readonly units: number;
  readonly queue: JobQueue;
  readonly state: JobState;
  readonly result: unknown;
  readonly acceptedAtMs: number;
  readonly endedAtMs: number | null;
}

export interface OutboxRow {
  /** The id under which it is delivered, at least once: `<job>.<n>`. */
  readonly id: string;
  readonly job: JobRow;
}

/** How a worker's last word about a job ended. A refusal: the tenant moved, its new home does the job. */
export type JobEnd = { kind: 'ok' } | { kind: 'already'; state: JobState } | { kind: 'no-job' } | Refusal;

/** Named transactions: args → result. `epoch` null skips the fence (policy `fence: false`). */
export interface Transactions extends MoveTransactions {
  'tenant.put': { args: { tenant: string; epoch: number }; result: { kind: 'ok'; epoch: number } };
  'row.put': {
    args: {
      tenant: string;
      epoch: number | null;
      sheet: string;
      row: string;
      value: unknown;
      key: string | null;
      bodyHash: string;
    };
    /** `etag` is ready for the header, quotes included: `"3-9f86d081884c7d65"`. */
    result: { kind: 'ok'; version: number; etag: string; replayed: boolean } | { kind: 'key-mismatch' } | Refusal;
  };
  'job.submit': {
    args: {
      tenant: string;
      epoch: number | null;
      id: string;
      kind: 'recalc' | 'export';
      sheet: string;
      units: number;
      queue: JobQueue;
      key: string | null;
      bodyHash: string;
      nowMs: number;
    };
    result: { kind: 'ok'; id: string; queue: JobQueue; replayed: boolean } | { kind: 'key-mismatch' } | Refusal;
  };
  /** Marks outbox rows as delivered. */
  'outbox.delivered': { args: { ids: readonly string[] }; result: { kind: 'ok' } };
  /** The engine came back empty: every open job is to be delivered again. `lost`: those that had been delivered before. */
  'outbox.refill': { args: Record<string, never>; result: { kind: 'ok'; count: number; lost: number } };
  /** Open jobs that the engine turned out not to hold, one by one. */
  'outbox.again': { args: { jobs: readonly string[] }; result: { kind: 'ok'; count: number } };
  /**
   * The effect and the end of a job, in one transaction; a second time changes nothing and says `already`. `epoch` is the tenant's as
   * `job.receive` told it: a worker that slept through a move finishes nothing.
   */
  'job.finish': {
    args: {
      id: string;
      epoch: number | null;
      computed: readonly { row: string; computed: unknown }[] | null;
      result: unknown;
      nowMs: number;
    };
    result: JobEnd;
  };
  'job.dead': { args: { id: string; epoch: number | null; reason: string; nowMs: number }; result: JobEnd };
  /** The job turned out to be above `xlAbove`: it moves to the XL queue and is delivered again. */
  'job.promote': { args: { id: string; epoch: number | null; units: number }; result: JobEnd };
  /** Dead jobs of tenants that live here become open and are delivered again; `ids` null: all. */
  'job.redrive': { args: { ids: readonly string[] | null }; result: { kind: 'ok'; count: number } };
}

/** Moments, in Unix milliseconds, both of them within. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Reads extends MoveReads {
  'row.get': {
    args: { tenant: string; epoch: number | null; sheet: string; row: string };
    result:
      | { kind: 'ok'; value: unknown; version: number; etag: string; computed: unknown }
      | { kind: 'none' }
      | Refusal;
  };
  'job.get': {
    args: { tenant: string; epoch: number | null; id: string };
    result: { kind: 'ok'; job: JobRow } | { kind: 'none' } | Refusal;
  };
  /** The same for a worker, which has no epoch yet: it works under the one that it is told here. `fence` false: whoever lives here. */
  'job.receive': {
    args: { tenant: string; id: string; fence: boolean };
    result: { kind: 'ok'; job: JobRow; epoch: number } | { kind: 'none' } | Refusal;
  };
  'sheet.read': {
    args: { tenant: string; sheet: string; limit: number };
    result: { kind: 'ok'; rows: readonly { row: string; value: unknown; version: number }[] };
  };
  'outbox.waiting': { args: { limit: number }; result: { kind: 'ok'; rows: readonly OutboxRow[] } };
  /** Jobs of tenants that live here, in order of acceptance, but for those accepted in the span. */
  'jobs.open': {
    args: { limit: number; except: Span };
    result: { kind: 'ok'; jobs: readonly JobRow[] };
  };
  /** Dead jobs, in order of acceptance: what the dead-letter queue is rebuilt from. */
  'jobs.dead': { args: { limit: number }; result: { kind: 'ok'; jobs: readonly JobRow[] } };
  'jobs.counts': { args: Record<string, never>; result: { kind: 'ok'; open: number; done: number; dead: number } };
  'tenant.get': {
    args: { tenant: string };
    result: { kind: 'ok'; epoch: number; residence: Residence } | { kind: 'none' };
  };
  'tenants.list': {
    args: Record<string, never>;
    result: { kind: 'ok'; tenants: readonly { id: string; epoch: number; residence: Residence }[] };
  };
}
