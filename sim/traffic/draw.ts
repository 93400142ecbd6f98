/**
 * A number in [0, 1) that depends on nothing but its arguments. Each purpose has draws of its own, so that one more
 * or one less somewhere never changes another.
 */
export function draw(seed: number, purpose: string, tenant: string, n: number): number {
  let hash = mix(seed ^ 0x9e3779b9);
  for (const text of [purpose, tenant]) {
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash = mix(hash);
  }
  // Past 32 bits the count goes on in the upper half.
  return mix(mix(hash ^ (n >>> 0)) ^ Math.floor(n / 2 ** 32)) / 2 ** 32;
}

/** Spreads every bit of 32 over all of them. */
function mix(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
