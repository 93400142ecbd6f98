import type { Timer } from '../../../cells/runtime/time.ts';
import type { Scheduler } from './scheduler.ts';

/** One life of a virtual process. What happens to it happens only while it lives; while it is frozen it waits. */
export class Life {
  readonly address: string;
  readonly name: string;
  readonly #scheduler: Scheduler;
  #alive = true;
  #paused = false;
  #backlog: (() => void)[] = [];
  readonly #onEnd = new Set<() => void>();
  /** When it ended, in microseconds. */
  endedT = Number.POSITIVE_INFINITY;

  constructor(address: string, name: string, scheduler: Scheduler) {
    this.address = address;
    this.name = name;
    this.#scheduler = scheduler;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Plans something in this life, so many microseconds from now. */
  plan(delayT: number, run: () => void): Timer {
    return this.#scheduler.plan(delayT, () => this.now(run));
  }

  /** Does something in this life: at once, once it goes on, or never. */
  now(run: () => void): void {
    if (!this.#alive) return;
    if (this.#paused) this.#backlog.push(run);
    else run();
  }

  pause(): void {
    this.#paused = true;
  }

  /** What waited happens in the order in which it came. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    // Each in a turn of its own, as an event loop would.
    for (const run of backlog) this.#scheduler.plan(1, () => this.now(run));
  }

  end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.endedT = this.#scheduler.t;
    this.#backlog = [];
    for (const tell of this.#onEnd) tell();
    this.#onEnd.clear();
  }

  /** Called once at its end; hands back what forgets it. */
  onEnd(tell: () => void): () => void {
    this.#onEnd.add(tell);
    return () => this.#onEnd.delete(tell);
  }
}
