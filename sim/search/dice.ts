import { draw } from '../traffic/draw.ts';

/**
 * Everything that a search draws from one seed. Each draw is named by a purpose, what it is about and a number, and depends on
 * nothing else: one fault more or less never changes another.
 */
export class Dice {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** In [0, 1). */
  share(purpose: string, about: string, n = 0): number {
    return draw(this.#seed, `search.${purpose}`, about, n);
  }

  chance(of: number, purpose: string, about: string, n = 0): boolean {
    return this.share(purpose, about, n) < of;
  }

  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number, purpose: string, about: string, n = 0): number {
    return min + Math.floor(this.share(purpose, about, n) * (max - min + 1));
  }

  /** A whole number from `min` to `max`, each doubling as likely as the next: most are small. `min` is at least 1. */
  scaled(min: number, max: number, purpose: string, about: string, n = 0): number {
    return Math.round(min * (max / min) ** this.share(purpose, about, n));
  }

  /** One of these; there must be one. */
  pick<T>(from: readonly T[], purpose: string, about: string, n = 0): T {
    const one = from[Math.floor(this.share(purpose, about, n) * from.length)];
    if (one === undefined) throw new Error(`nothing to pick from for ${purpose} ${about}`);
    return one;
  }

  /** One of these, by weight; at least one weight must be above 0. */
  pickWeighted<T>(from: readonly (readonly [T, number])[], purpose: string, about: string, n = 0): T {
    let left = this.share(purpose, about, n) * from.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [one, weight] of from) {
      if (left < weight) return one;
      left -= weight;
    }
    return from.at(-1)![0];
  }
}
