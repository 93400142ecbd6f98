import { hashText } from '../../cells/sheets/hash.ts';

/** So many writes of one row whose outcome nobody knows; beyond it nothing can be said of the row. */
const doubtfulMax = 1000;

/**
 * What one row may rightly hold, for a service that numbers no versions: every write has a value of its own, and a value is out
 * of the question once another write was sent after it had been acknowledged, and was acknowledged too. Writes that overlap,
 * and those whose outcome is not known, may each be the one that stays. Times are monotonic milliseconds.
 */
export class RowValues {
  /** Acknowledged, and by no later acknowledged write replaced: the value and when it was acknowledged. */
  readonly #acknowledged = new Map<string, number>();
  readonly #underWay = new Set<string>();
  readonly #doubtful = new Set<string>();
  #tooManyDoubts = false;

  sent(value: string): void {
    this.#underWay.add(value);
  }

  /** `inDoubt`: an earlier attempt of it may still take effect. */
  acknowledge(value: string, sentMs: number, nowMs: number, inDoubt: boolean): void {
    this.#underWay.delete(value);
    for (const [older, acknowledgedMs] of this.#acknowledged) {
      if (acknowledgedMs < sentMs) this.#acknowledged.delete(older);
    }
    this.#acknowledged.set(value, nowMs);
    if (inDoubt) this.#doubt(value);
  }

  /** Its outcome will never be known. */
  doubt(value: string): void {
    this.#underWay.delete(value);
    this.#doubt(value);
  }

  /** It surely had no effect. */
  refused(value: string): void {
    this.#underWay.delete(value);
  }

  get isAcknowledged(): boolean {
    return this.#acknowledged.size > 0;
  }

  /** Whether a read may show this value; null: that nothing is there. */
  mayShow(value: string | null): boolean {
    if (this.#tooManyDoubts || !this.isAcknowledged) return true;
    if (value === null) return false;
    return this.#acknowledged.has(value) || this.#underWay.has(value) || this.#doubtful.has(value);
  }

  /** True where the write with this value was in doubt: a read has shown that it took effect. */
  settle(value: string): boolean {
    return !this.#acknowledged.has(value) && this.#doubtful.has(value);
  }

  /** A value that a read may show, for the sentence that misses it. */
  get newest(): string {
    return [...this.#acknowledged.keys()].at(-1) ?? '';
  }

  #doubt(value: string): void {
    if (this.#doubtful.size >= doubtfulMax) this.#tooManyDoubts = true;
    else this.#doubtful.add(value);
  }
}

/** What is recorded of a value that somebody else's service showed: enough to tell values apart, and not to read them. */
export function hashOfValue(value: string): string {
  return hashText(value);
}
