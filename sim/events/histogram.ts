/** Each bucket ends 5 % above the one below it, so a value read from its middle is off by at most 2.5 %. */
const growth = 1.05;
const logGrowth = Math.log(growth);

/** In milliseconds. Below it nothing here is told apart; above `topMs` everything is the last bucket. */
const bottomMs = 0.05;
const topMs = 120_000;
const buckets = Math.ceil(Math.log(topMs / bottomMs) / logGrowth) + 2;

/**
 * Latencies in logarithmic buckets: mergeable, and the same values always give the same answer.
 * A percentile is within 2.5 % of the true one between 0.05 ms and 2 minutes.
 */
export class Histogram {
  #counts: Uint32Array | null = null;
  #total = 0;

  get total(): number {
    return this.#total;
  }

  copy(): Histogram {
    const copy = new Histogram();
    copy.add(this);
    return copy;
  }

  record(valueMs: number): void {
    this.#counts ??= new Uint32Array(buckets);
    const index = bucketOf(valueMs);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
  }

  add(other: Histogram): void {
    const more = other.#counts;
    if (!more || other.#total === 0) return;
    this.#counts ??= new Uint32Array(buckets);
    for (let index = 0; index < buckets; index++) {
      const count = more[index] ?? 0;
      if (count > 0) this.#counts[index] = (this.#counts[index] ?? 0) + count;
    }
    this.#total += other.#total;
  }

  clear(): void {
    if (this.#total > 0) this.#counts?.fill(0);
    this.#total = 0;
  }

  /** The value that a share of all values (0 to 1) does not exceed, in milliseconds; null where nothing was recorded. */
  percentile(share: number): number | null {
    if (this.#total === 0 || !this.#counts) return null;
    const rank = Math.max(1, Math.ceil(share * this.#total));
    let below = 0;
    for (let index = 0; index < buckets; index++) {
      below += this.#counts[index] ?? 0;
      if (below >= rank) return valueOf(index);
    }
    return null;
  }
}

function bucketOf(valueMs: number): number {
  if (!(valueMs > bottomMs)) return 0;
  return Math.min(buckets - 1, 1 + Math.floor(Math.log(valueMs / bottomMs) / logGrowth));
}

/** The geometric middle of a bucket, rounded to what is worth showing. */
function valueOf(index: number): number {
  const valueMs = index === 0 ? bottomMs : bottomMs * growth ** (index - 0.5);
  return Number(valueMs.toPrecision(4));
}
