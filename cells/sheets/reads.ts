import type { JobRow, Reads } from '../aurora/contract.ts';
import { etagOf } from './etag.ts';
import { refusalOf } from './fence.ts';
import { digestPage, exportPage } from './move-pages.ts';
import { noSpan, type ReadStore, type StoredJob } from './store.ts';

export type ReadName = keyof Reads;

/** Every named read: pure over the store that it is handed. */
export const reads: {
  readonly [Name in ReadName]: (store: ReadStore, args: Reads[Name]['args']) => Reads[Name]['result'];
} = {
  'row.get'(store, { tenant, epoch, sheet, row }) {
    const refusal = refusalOf(store, tenant, epoch);
    if (refusal) return refusal;
    const stored = store.row(tenant, sheet, row);
    if (!stored) return { kind: 'none' };
    const { version, hash, valueJson, computedJson } = stored;
    return {
      kind: 'ok',
      value: JSON.parse(valueJson) as unknown,
      version,
      etag: etagOf(version, hash),
      computed: computedJson === null ? null : (JSON.parse(computedJson) as unknown),
    };
  },
  'job.get'(store, { tenant, epoch, id }) {
    const refusal = refusalOf(store, tenant, epoch);
    if (refusal) return refusal;
    const job = store.job(id);
    // Another tenant's job is as absent as one that never was.
    return job?.tenant === tenant ? { kind: 'ok', job: jobRow(job) } : { kind: 'none' };
  },
  'job.receive'(store, { tenant, id, fence }) {
    const there = store.tenant(tenant);
    if (!there) return { kind: 'no-tenant' };
    if (fence && there.residence !== 'home') return { kind: 'moved', epoch: there.epoch };
    const job = store.job(id);
    return job?.tenant === tenant ? { kind: 'ok', job: jobRow(job), epoch: there.epoch } : { kind: 'none' };
  },
  'sheet.read'(store, { tenant, sheet, limit }) {
    const rows = store.rows(tenant, sheet, limit).map(({ row, valueJson, version }) => ({
      row,
      value: JSON.parse(valueJson) as unknown,
      version,
    }));
    return { kind: 'ok', rows };
  },
  'outbox.waiting'(store, { limit }) {
    return { kind: 'ok', rows: store.outbox(limit).map(({ id, job }) => ({ id, job: jobRow(job) })) };
  },
  'jobs.open'(store, { limit, except }) {
    return { kind: 'ok', jobs: store.jobs('open', except, limit).map(jobRow) };
  },
  'jobs.dead'(store, { limit }) {
    return { kind: 'ok', jobs: store.jobs('dead', noSpan, limit).map(jobRow) };
  },
  'jobs.counts'(store) {
    return { kind: 'ok', ...store.jobCounts() };
  },
  'tenant.get'(store, { tenant }) {
    const there = store.tenant(tenant);
    return there ? { kind: 'ok', ...there } : { kind: 'none' };
  },
  'tenants.list'(store) {
    return { kind: 'ok', tenants: store.tenants() };
  },
  'move.export': exportPage,
  'move.digest': digestPage,
};

export function isReadName(name: string): name is ReadName {
  return Object.hasOwn(reads, name);
}

function jobRow({ deliveries: _, ...job }: StoredJob): JobRow {
  return job;
}
