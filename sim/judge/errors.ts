import type { Event } from '../../cells/runtime/events.ts';

/** So many of the newest are kept whole, to be named. */
const namedMax = 200;

/** Every attempt that ended with an error, whoever sent it: what is asked of them depends on times that are known at the end only. */
export class Errors {
  readonly #sentT: number[] = [];
  readonly #answeredT: number[] = [];
  readonly #tenants: string[] = [];
  readonly #named: Event[] = [];
  #startT = Infinity;

  /** The scenario's clock begins: what was sent before is no error. */
  begin(startT: number): void {
    this.#startT = startT;
  }

  add(tenant: string, sentT: number, event: Event): void {
    if (sentT < this.#startT) return;
    this.#sentT.push(sentT);
    this.#answeredT.push(event.t);
    this.#tenants.push(tenant);
    this.#named.push(event);
    if (this.#named.length >= namedMax * 2) this.#named.splice(0, namedMax);
  }

  /** How many were sent after a moment, in monotonic microseconds, by tenants that pass. */
  countAfter(afterT: number, passes: (tenant: string, answeredT: number) => boolean = () => true): number {
    let count = 0;
    for (let index = 0; index < this.#sentT.length; index++) {
      if (this.#sentT[index]! <= afterT) continue;
      if (passes(this.#tenants[index]!, this.#answeredT[index]!)) count++;
    }
    return count;
  }

  /** The last answer with an error up to now; 0 where there was none. */
  get lastT(): number {
    return this.#answeredT.at(-1) ?? 0;
  }

  /** The oldest of those kept that was answered after a moment. */
  firstAfter(afterT: number): Event | null {
    return this.#named.find(({ t }) => t > afterT) ?? null;
  }
}
