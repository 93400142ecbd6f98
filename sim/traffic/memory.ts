import type { RowValues } from './row-values.ts';

/** What was acknowledged to one row. */
export interface RowMemory {
  readonly tenant: string;
  readonly sheet: string;
  readonly row: string;
  /** The newest acknowledged version and its etag; 0 where nothing is yet. */
  version: number;
  etag: string | null;
  request: string;
  /** The version from which acknowledgements are counted. */
  baseVersion: number | null;
  /** Acknowledged versions above the base. */
  acknowledged: Set<number>;
  /** Keys of the writes whose outcome is not known. */
  doubts: string[];
  /** Writes under way. */
  writing: number;
  /** What it may hold, in a service that is not Petri's. */
  values?: RowValues;
}

export interface JobMemory {
  readonly id: string;
  readonly tenant: string;
  readonly request: string;
  readonly acceptedMs: number;
  /** Seen to have ended. */
  ended: boolean;
}

const jobsKeptMs = 10 * 60_000;
const jobsMax = 50_000;
const everyJobMax = 200_000;
const versionsMax = 1000;

/** What the clients were told: the newest acknowledged version of every row, writes in doubt, jobs accepted lately. Bounded by rows and by time. */
export class ClientMemory {
  readonly #rows = new Map<string, Map<string, RowMemory>>();
  readonly #jobs = new Map<string, JobMemory>();
  #everyJob: JobMemory[] = [];

  row(tenant: string, sheet: string, row: string): RowMemory {
    let rows = this.#rows.get(tenant);
    if (!rows) this.#rows.set(tenant, (rows = new Map()));
    const name = `${sheet}/${row}`;
    let memory = rows.get(name);
    if (!memory) {
      const nothing = { version: 0, etag: null, request: '', baseVersion: null, acknowledged: new Set<number>() };
      memory = { tenant, sheet, row, ...nothing, doubts: [], writing: 0 };
      rows.set(name, memory);
    }
    return memory;
  }

  rowsOf(tenants: readonly string[]): RowMemory[] {
    const rows = tenants.flatMap((tenant) => [...(this.#rows.get(tenant)?.values() ?? [])]);
    return rows.filter(({ version, doubts, values }) => version > 0 || doubts.length > 0 || values?.isAcknowledged);
  }

  /** Every row that was ever written to, whatever came of it. */
  everyRow(): RowMemory[] {
    return [...this.#rows.values()].flatMap((rows) => [...rows.values()]);
  }

  /** Every job that was ever accepted, the oldest left out beyond 200,000. */
  everyJob(): JobMemory[] {
    return [...this.#everyJob];
  }

  jobsOf(tenants: readonly string[]): JobMemory[] {
    const wanted = new Set(tenants);
    return [...this.#jobs.values()].filter(({ tenant }) => wanted.has(tenant));
  }

  accepted(job: JobMemory): void {
    this.#jobs.set(job.id, job);
    this.#everyJob.push(job);
    if (this.#everyJob.length > 2 * everyJobMax) this.#everyJob = this.#everyJob.slice(-everyJobMax);
    for (const [id, { acceptedMs }] of this.#jobs) {
      if (this.#jobs.size <= jobsMax && acceptedMs > job.acceptedMs - jobsKeptMs) break;
      this.#jobs.delete(id);
    }
  }
}

export function acknowledge(row: RowMemory, version: number, etag: string | null, request: string): void {
  row.baseVersion ??= row.doubts.length === 0 ? version : null;
  if (row.baseVersion !== null && version > row.baseVersion) row.acknowledged.add(version);
  if (row.acknowledged.size > versionsMax && row.doubts.length === 0) rebase(row, Math.max(row.version, version));
  if (version <= row.version) return;
  row.version = version;
  row.etag = etag;
  row.request = request;
}

/** An etag is `7-ab12…`, with or without quotes: version 7. Null where there is none. */
export function versionOf(etag: string | null): number | null {
  const version = Number.parseInt((etag ?? '').replaceAll('"', ''), 10);
  return Number.isNaN(version) ? null : version;
}

function rebase(row: RowMemory, version: number): void {
  row.baseVersion = version;
  row.acknowledged = new Set([...row.acknowledged].filter((acknowledged) => acknowledged > version));
}

/**
 * Says of the row's writes in doubt how many took effect, now that it was read with `version` and `value` while none was under way:
 * each write raises the version by one, so those above what was acknowledged are theirs. Forgets them.
 */
export function resolveDoubts(row: RowMemory, version: number, value: string): { taken: number; notTaken: number } {
  const { doubts, baseVersion } = row;
  const acknowledged = [...row.acknowledged].filter((known) => known <= version).length;
  const unexplained = baseVersion === null ? 0 : version - baseVersion - acknowledged;
  const visible = doubts.some((key) => value.includes(`"${key}"`)) ? 1 : 0;
  const taken = Math.min(doubts.length, Math.max(visible, unexplained, 0));
  row.doubts = [];
  rebase(row, version);
  return { taken, notTaken: doubts.length - taken };
}
