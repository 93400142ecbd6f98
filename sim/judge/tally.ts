/** Width of a bucket, in microseconds: what is asked of a moment is answered to a tenth of a second. */
const widthT = 100_000;

/** Counts by time, for questions whose moment is known at the end only. */
export class Tally {
  readonly #fields: number;
  readonly #buckets = new Map<number, number[]>();
  #at = Number.NaN;
  #last: number[] = [];

  constructor(fields: number) {
    this.#fields = fields;
  }

  count(t: number, field: number): void {
    const at = Math.floor(t / widthT);
    if (at !== this.#at) {
      this.#at = at;
      const known = this.#buckets.get(at);
      this.#last = known ?? new Array<number>(this.#fields).fill(0);
      if (!known) this.#buckets.set(at, this.#last);
    }
    this.#last[field]!++;
  }

  /** All that was counted at a moment or later, per field. */
  since(t: number): number[] {
    const from = Math.floor(t / widthT);
    const sums = new Array<number>(this.#fields).fill(0);
    for (const [at, counts] of this.#buckets) {
      if (at >= from) counts.forEach((count, field) => (sums[field]! += count));
    }
    return sums;
  }
}
