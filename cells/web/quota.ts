import type { Quotas } from '../dynamodb-client/cell-config.ts';
import type { Bucket } from './exchange.ts';

/** A bucket holds two seconds' worth, so that a burst of a tenant within its rate is never refused. */
const burstSeconds = 2;

/** Takes one token, or says that there is none. `nowMs` is monotonic. */
export function takeToken(
  bucket: Bucket | undefined,
  ratePerSecond: number,
  nowMs: number,
): { readonly ok: boolean; readonly bucket: Bucket } {
  const size = ratePerSecond * burstSeconds;
  const held = bucket ? Math.min(size, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * ratePerSecond) : size;
  return held >= 1
    ? { ok: true, bucket: { tokens: held - 1, atMs: nowMs } }
    : { ok: false, bucket: { tokens: held, atMs: nowMs } };
}

export function quotaOf(quotas: Quotas, tenant: string): number {
  return Object.hasOwn(quotas.tenants, tenant) ? (quotas.tenants[tenant] ?? quotas.defaultRps) : quotas.defaultRps;
}
