import type { Protocol, RequestTemplate } from '../world/protocol.ts';
import type { Answered, Failed, HttpRequest } from './http-client.ts';
import type { JobMemory, RowMemory } from './memory.ts';
import { spokenKey } from './plan.ts';
import { speak } from './templates.ts';

/** Something that a client was told of and now asks after. */
export type ReadBackItem =
  | { readonly kind: 'row'; readonly row: RowMemory }
  | { readonly kind: 'job'; readonly job: JobMemory };

/** The template that asks after it; null: the cells are Petri's own, or the protocol has no words for it. */
export function templateOfItem(item: ReadBackItem, protocol: Protocol | null): RequestTemplate | null {
  return protocol && (item.kind === 'row' ? protocol.read : protocol.poll);
}

/** The request that asks after it. Null: the protocol has no words for it. */
export function requestOfItem(item: ReadBackItem, protocol: Protocol | null): HttpRequest | null {
  const { tenant } = item.kind === 'row' ? item.row : item.job;
  if (protocol !== null) {
    const template = templateOfItem(item, protocol);
    const words = item.kind === 'row' ? { key: spokenKey(item.row.sheet, item.row.row) } : { id: item.job.id };
    return template && speak(template, { tenant, ...words });
  }
  const path = item.kind === 'row' ? `/sheets/${item.row.sheet}/rows/${item.row.row}` : `/jobs/${item.job.id}`;
  return { tenant, method: 'GET', path, body: null, key: null };
}

/** Only the cell itself can say that something is not there. */
export function conclusive(result: Answered | Failed, good: readonly number[]): Answered | null {
  if (result.kind === 'failed' || result.headers['x-cell-id'] === undefined) return null;
  const named = good.includes(result.status) || result.status === 404;
  return named ? result : null;
}
