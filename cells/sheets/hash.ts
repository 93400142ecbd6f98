/**
 * 64 bits of hash as 16 hex digits: two FNV-1a lanes with different offsets over UTF-16 code units, mixed at the end.
 * Not for secrets; the same on every machine and in virtual time.
 */
export function hashText(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + index), 0x85ebca6b);
  }
  return hex(mix(low ^ (high >>> 15))) + hex(mix(high ^ (low >>> 13)));
}

/** Spreads every input bit over all 32 output bits. */
export function mix(bits: number): number {
  let mixed = bits ^ (bits >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}
