/**
 * Lets so many through at once, in the order in which they came. An engine that is asked to start thirty containers at the same
 * moment does all of them slowly, and the last answer comes after any patience.
 */
export class Gate {
  readonly #width: number;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  async through<T>(act: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#width) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#inside++;
    try {
      return await act();
    } finally {
      this.#inside--;
      if (this.#inside < this.#width) this.#waiting.shift()?.();
    }
  }
}
