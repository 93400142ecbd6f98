import type { Transactions } from '../aurora/contract.ts';
import { etagOf, valueText } from './etag.ts';
import { refusalOf } from './fence.ts';
import { hashText } from './hash.ts';
import { findReplay, keepAnswer, requestHash } from './idempotency.ts';
import type { Store } from './store.ts';

type TenantPut = Transactions['tenant.put'];
type RowPut = Transactions['row.put'];

/** Epochs only rise: an older one changes nothing, and the answer says the epoch that counts. Who moved away comes back by a move alone. */
export function putTenant(store: Store, { tenant, epoch }: TenantPut['args']): TenantPut['result'] {
  const there = store.tenant(tenant);
  if (there && (there.epoch >= epoch || there.residence !== 'home')) return { kind: 'ok', epoch: there.epoch };
  store.putTenant(tenant, epoch, 'home');
  return { kind: 'ok', epoch };
}

export function putRow(store: Store, args: RowPut['args']): RowPut['result'] {
  const { tenant, sheet, row, key } = args;
  const refusal = refusalOf(store, tenant, args.epoch);
  if (refusal) return refusal;

  const contentHash = key === null ? '' : requestHash('row.put', sheet, row, args.bodyHash);
  const replay = findReplay<{ version: number; etag: string }>(store, tenant, key, contentHash);
  if (replay.kind === 'other') return { kind: 'key-mismatch' };
  if (replay.kind === 'same') return { kind: 'ok', ...replay.answer, replayed: true };

  const before = store.row(tenant, sheet, row);
  const version = (before?.version ?? 0) + 1;
  const valueJson = valueText(args.value);
  const hash = hashText(valueJson);
  store.putRow(tenant, sheet, { row, valueJson, version, hash, computedJson: before?.computedJson ?? null });
  const answer = { version, etag: etagOf(version, hash) };
  keepAnswer(store, tenant, key, contentHash, answer);
  return { kind: 'ok', ...answer, replayed: false };
}
