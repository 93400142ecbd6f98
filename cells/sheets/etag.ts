import { hashText } from './hash.ts';

/** A row's entity tag, ready for the header and with its quotes: `"3-9f86d081884c7d65"`. */
export function etagOf(version: number, valueHash: string): string {
  return `"${version}-${valueHash}"`;
}

/** The etag that a row of this value and version has: lets an observer judge a head without the body. */
export function etagOfValue(version: number, value: unknown): string {
  return etagOf(version, hashText(valueText(value)));
}

/** The JSON text under which a value is stored and hashed. */
export function valueText(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** Version and hash of an etag, or null where it is not one of ours. */
export function parseEtag(etag: string): { readonly version: number; readonly hash: string } | null {
  const match = /^"([1-9][0-9]{0,15})-([0-9a-f]{16})"$/.exec(etag);
  return match ? { version: Number(match[1]), hash: match[2]! } : null;
}
