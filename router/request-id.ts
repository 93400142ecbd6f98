import { randomBytes } from 'node:crypto';

const life = randomBytes(6).toString('hex');
let count = 0;

/** An id that no other request of this or another router has: this life's own random part and a count. */
export function nextRequestId(): string {
  return `${life}-${(++count).toString(36)}`;
}
