/** Counters in a ring of equal slots of time: what was counted in the last so many slots, without keeping what was counted. */
export class Slots {
  readonly #slotMs: number;
  readonly #slots: number;
  readonly #fields: number;
  readonly #counts: Uint32Array;
  /** The number (time divided by `slotMs`) that each slot of the ring holds. */
  readonly #numbers: Float64Array;

  constructor(slotMs: number, slots: number, fields: number) {
    this.#slotMs = slotMs;
    this.#slots = slots;
    this.#fields = fields;
    this.#counts = new Uint32Array(slots * fields);
    this.#numbers = new Float64Array(slots).fill(-1);
  }

  /** One with the same counts, which goes its own way. */
  copy(): Slots {
    const copy = new Slots(this.#slotMs, this.#slots, this.#fields);
    copy.#counts.set(this.#counts);
    copy.#numbers.set(this.#numbers);
    return copy;
  }

  /** Counts one of `field` at a time; a time that the ring has left behind is forgotten. */
  count(timeMs: number, field: number): void {
    const number = Math.floor(timeMs / this.#slotMs);
    const place = number % this.#slots;
    const held = this.#numbers[place] ?? -1;
    if (held > number) return;
    if (held < number) {
      this.#numbers[place] = number;
      this.#counts.fill(0, place * this.#fields, (place + 1) * this.#fields);
    }
    const at = place * this.#fields + field;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** The sum of `field` over the `slots` whole slots before the one that holds `untilMs`. */
  sum(untilMs: number, slots: number, field: number): number {
    const end = Math.floor(untilMs / this.#slotMs);
    let sum = 0;
    for (let number = Math.max(0, end - slots); number < end; number++) sum += this.at(number, field);
    return sum;
  }

  /** One slot's count by its number; 0 where nothing was counted. */
  at(number: number, field: number): number {
    const place = number % this.#slots;
    return this.#numbers[place] === number ? (this.#counts[place * this.#fields + field] ?? 0) : 0;
  }
}
