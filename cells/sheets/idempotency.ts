import { hashText } from './hash.ts';
import type { Store } from './store.ts';

export type Replay<Answer> =
  | { readonly kind: 'first' }
  | { readonly kind: 'same'; readonly answer: Answer }
  | { readonly kind: 'other' };

/** Names the content of a request: two requests under one key are the same one only if these are equal. */
export function requestHash(...parts: readonly (string | number)[]): string {
  return hashText(JSON.stringify(parts));
}

/** Looks whether the tenant used the key before. Keys of different tenants never meet. */
export function findReplay<Answer>(store: Store, tenant: string, key: string | null, hash: string): Replay<Answer> {
  const request = key === null ? null : store.request(tenant, key);
  if (!request) return { kind: 'first' };
  return request.hash === hash ? { kind: 'same', answer: JSON.parse(request.answerJson) as Answer } : { kind: 'other' };
}

/** Keeps the answer under the key, in the transaction of the effect itself. */
export function keepAnswer(store: Store, tenant: string, key: string | null, hash: string, answer: unknown): void {
  if (key !== null) store.putRequest(tenant, key, { hash, answerJson: JSON.stringify(answer) });
}
