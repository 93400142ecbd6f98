import type { MoveTransactions } from '../aurora/move-contract.ts';
import { deliver } from './job-transactions.ts';
import type { Store, StoredTenant } from './store.ts';

type Of<Name extends keyof MoveTransactions> = MoveTransactions[Name];

/** Entries of an older move that are removed at a time before a new one begins. */
const leftoversAtOnce = 10_000;

/** The old home acknowledges nothing for the tenant from this commit on, under whatever epoch; nor does it deliver its jobs. */
export function fenceTenant(store: Store, { tenant, epoch }: Of<'move.fence'>['args']): Of<'move.fence'>['result'] {
  const there = store.tenant(tenant);
  if (!there) return { kind: 'no-tenant' };
  if (isAt(there, 'gone', epoch)) return { kind: 'ok' };
  if (there.residence !== 'home' || there.epoch >= epoch) return { kind: 'stale', ...there };
  store.putTenant(tenant, epoch, 'gone');
  store.removeOutboxOf(tenant);
  return { kind: 'ok' };
}

/** What this cell holds from before an older epoch is of no worth: the map has the tenant elsewhere since. */
export function beginArrival(store: Store, { tenant, epoch }: Of<'move.begin'>['args']): Of<'move.begin'>['result'] {
  const there = store.tenant(tenant);
  if (there && isAt(there, 'arriving', epoch)) return { kind: 'ok' };
  if (there && there.epoch >= epoch) return { kind: 'stale', ...there };
  if (there) while (store.removeDataOf(tenant, leftoversAtOnce));
  store.putTenant(tenant, epoch, 'arriving');
  return { kind: 'ok' };
}

/** Only while the tenant is arriving under this very epoch: once it lives here its rows are newer than any page. */
export function importPage(store: Store, args: Of<'move.import'>['args']): Of<'move.import'>['result'] {
  const { tenant, epoch, page } = args;
  const there = store.tenant(tenant);
  if (!there) return { kind: 'no-tenant' };
  if (!isAt(there, 'arriving', epoch)) return { kind: 'stale', ...there };
  for (const { sheet, ...row } of page.rows) {
    const present = store.row(tenant, sheet, row.row);
    if (!present || present.version <= row.version) store.putRow(tenant, sheet, row);
  }
  for (const { key, ...request } of page.requests) store.putRequest(tenant, key, request);
  for (const job of page.jobs) {
    const other = store.job(job.id)?.tenant ?? tenant;
    if (job.tenant !== tenant || other !== tenant) throw new Error(`job ${job.id} belongs to another tenant`);
    store.putJob(job);
  }
  return { kind: 'ok' };
}

/** The new home begins to serve. Its jobs are delivered here anew: the old home's queue may hold their deliveries, and drops them. */
export function openTenant(store: Store, { tenant, epoch }: Of<'move.open'>['args']): Of<'move.open'>['result'] {
  const there = store.tenant(tenant);
  if (!there) return { kind: 'no-tenant' };
  if (isAt(there, 'home', epoch)) return { kind: 'ok', jobs: 0 };
  if (!isAt(there, 'arriving', epoch)) return { kind: 'stale', ...there };
  return { kind: 'ok', jobs: settle(store, tenant, epoch) };
}

/** The old home serves again, under an epoch that nobody has used: what was sent under the move's is refused everywhere. */
export function reopenTenant(store: Store, { tenant, epoch }: Of<'move.reopen'>['args']): Of<'move.reopen'>['result'] {
  const there = store.tenant(tenant);
  if (!there) return { kind: 'no-tenant' };
  if (isAt(there, 'home', epoch)) return { kind: 'ok', jobs: 0 };
  if (there.residence === 'arriving' || there.epoch >= epoch) return { kind: 'stale', ...there };
  return { kind: 'ok', jobs: settle(store, tenant, epoch) };
}

/** The tenant's row stays with its epoch: whoever is late is refused for ever. */
export function cleanTenant(store: Store, args: Of<'move.clean'>['args']): Of<'move.clean'>['result'] {
  const { tenant, epoch, limit } = args;
  const there = store.tenant(tenant);
  if (!there) return { kind: 'ok', left: false };
  if (there.residence === 'home' || there.epoch !== epoch) return { kind: 'stale', ...there };
  if (there.residence === 'arriving') store.putTenant(tenant, epoch, 'gone');
  return { kind: 'ok', left: store.removeDataOf(tenant, limit) };
}

function isAt(there: StoredTenant, residence: StoredTenant['residence'], epoch: number): boolean {
  return there.residence === residence && there.epoch === epoch;
}

function settle(store: Store, tenant: string, epoch: number): number {
  store.putTenant(tenant, epoch, 'home');
  const waiting = store.jobsOf(tenant, null, Number.MAX_SAFE_INTEGER).filter(({ state }) => state !== 'done');
  for (const job of waiting) deliver(store, job);
  return waiting.length;
}
