import type { Time } from './time.ts';

/**
 * Writes that wait for a slow disk: what arrived in one turn goes together, and what arrives while the disk is busy goes next.
 * Nothing of a group is done before the disk is, so that nobody reads what a loss of power could still take.
 */
export class DiskTurns<T> {
  readonly #time: Pick<Time, 'soon' | 'after'>;
  readonly #delayMs: () => number;
  readonly #run: (group: readonly T[]) => void;
  #next: T[] = [];
  #underWay: readonly T[] = [];
  #busy = false;

  constructor(time: Pick<Time, 'soon' | 'after'>, delayMs: () => number, run: (group: readonly T[]) => void) {
    this.#time = time;
    this.#delayMs = delayMs;
    this.#run = run;
  }

  add(one: T): void {
    this.#next.push(one);
    if (this.#busy) return;
    this.#busy = true;
    this.#time.soon(() => this.#begin());
  }

  /** Does at once what waits. */
  flush(): void {
    const waiting = [...this.#underWay, ...this.#next];
    this.#underWay = [];
    this.#next = [];
    if (waiting.length > 0) this.#run(waiting);
  }

  #begin(): void {
    this.#underWay = this.#next;
    this.#next = [];
    this.#time.after(this.#delayMs(), () => {
      const group = this.#underWay;
      this.#underWay = [];
      if (group.length > 0) this.#run(group);
      if (this.#next.length > 0) this.#begin();
      else this.#busy = false;
    });
  }
}
