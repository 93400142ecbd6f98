/** So much of a second is sent in one piece: small enough to flow, large enough not to cost a timer for every byte. */
const pieceOfSecond = 0.05;

/** A line that carries so many bytes a second, shared by every flow that goes that way: who asks first is carried first. */
export class Pacer {
  readonly bytesPerSecond: number;
  #freeAtMs = 0;

  constructor(bytesPerSecond: number) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** What a flow may put on the line before others have their turn; at least one byte. */
  get pieceBytes(): number {
    return Math.max(1, Math.floor(this.bytesPerSecond * pieceOfSecond));
  }

  /** Puts so many bytes on the line. Returns when the last of them has crossed, on the clock of `nowMs`. */
  reserve(bytes: number, nowMs: number): number {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + (bytes * 1000) / this.bytesPerSecond;
    return this.#freeAtMs;
  }
}

/** What one connection may still carry, both ways together, before it goes silent. */
export class Allowance {
  #leftBytes: number;

  constructor(bytes: number) {
    this.#leftBytes = bytes;
  }

  get leftBytes(): number {
    return this.#leftBytes;
  }

  take(bytes: number): void {
    this.#leftBytes = Math.max(0, this.#leftBytes - bytes);
  }
}
