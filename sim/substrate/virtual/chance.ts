import { hashText } from '../../../cells/sheets/hash.ts';
import { mix } from '../../../cells/sheets/hash.ts';

/** Draws of one purpose: each depends on the seed, the purpose and its own number, so that one more elsewhere changes nothing here. */
export class Chance {
  readonly #base: number;
  #count = 0;

  constructor(seed: number, purpose: string) {
    this.#base = mix((seed ^ Number.parseInt(hashText(purpose).slice(0, 8), 16)) >>> 0);
  }

  /** Uniform in [0, 1). */
  next(): number {
    return mix((this.#base + Math.imul(++this.#count, 0x9e3779b1)) >>> 0) / 2 ** 32;
  }
}
