import type { Timer } from '../../../cells/runtime/time.ts';

/** Something that happens at a moment of virtual time, unless it is cancelled before. */
class Planned implements Timer {
  readonly t: number;
  readonly order: number;
  run: (() => void) | null;

  constructor(t: number, order: number, run: () => void) {
    this.t = t;
    this.order = order;
    this.run = run;
  }

  cancel(): void {
    this.run = null;
  }
}

/** What is planned with one and the same delay comes due in the order in which it was planned: a queue, and no heap, keeps it. */
class Lane {
  readonly #items: Planned[] = [];
  #first = 0;

  push(planned: Planned): boolean {
    this.#items.push(planned);
    return this.#items.length - this.#first === 1;
  }

  /** The earliest that was not cancelled. */
  get head(): Planned | null {
    for (; this.#first < this.#items.length; this.#first++) {
      const head = this.#items[this.#first]!;
      if (head.run !== null) return head;
    }
    this.#items.length = 0;
    this.#first = 0;
    return null;
  }

  shift(): void {
    this.#first++;
    // What was taken is let go of now and then, and not one by one.
    if (this.#first >= 1024 && this.#first * 2 > this.#items.length) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

interface Slot {
  readonly lane: Lane;
  /** Copied from the lane's head, so that the heap compares numbers alone. */
  t: number;
  order: number;
}

/** More different delays than this share one-item lanes. */
const lanesMax = 2048;

/**
 * The clock of a virtual world: an event heap over lanes. Nothing here knows a real clock. Of what is due at the same
 * microsecond, what was planned first happens first.
 */
export class Scheduler {
  #t: number;
  #order = 0;
  readonly #lanes = new Map<number, Lane>();
  readonly #heap: Slot[] = [];
  /** Counted for whoever measures. */
  happened = 0;

  constructor(startT: number) {
    this.#t = startT;
  }

  /** Now, in microseconds. */
  get t(): number {
    return this.#t;
  }

  /** Plans something `delayT` whole microseconds from now. */
  plan(delayT: number, run: () => void): Timer {
    const planned = new Planned(this.#t + delayT, ++this.#order, run);
    let lane = this.#lanes.get(delayT);
    if (!lane) {
      lane = new Lane();
      if (this.#lanes.size < lanesMax) this.#lanes.set(delayT, lane);
    }
    if (lane.push(planned)) this.#enqueue(lane, planned);
    return planned;
  }

  /** When the next thing is due; null where nothing is planned. */
  get nextT(): number | null {
    return this.#settleTop()?.t ?? null;
  }

  /** Lets the next thing happen. False where nothing is planned, or nothing up to `untilT`. */
  step(untilT: number): boolean {
    const planned = this.#settleTop();
    if (!planned || planned.t > untilT) return false;
    const slot = this.#heap[0]!;
    slot.lane.shift();
    const head = slot.lane.head;
    if (head) this.#sink(slot, head);
    else this.#removeTop();
    this.#t = planned.t;
    this.happened++;
    const { run } = planned;
    planned.run = null;
    run?.();
    return true;
  }

  /** Moves the clock on where nothing happens before. */
  rest(untilT: number): void {
    if (untilT > this.#t) this.#t = untilT;
  }

  /** The earliest planned thing, with the heap's top made true to it; cancelled heads are let go of on the way. */
  #settleTop(): Planned | null {
    for (;;) {
      const slot = this.#heap[0];
      if (!slot) return null;
      const head = slot.lane.head;
      if (head && head.t === slot.t && head.order === slot.order) return head;
      if (head) this.#sink(slot, head);
      else this.#removeTop();
    }
  }

  #enqueue(lane: Lane, { t, order }: Planned): void {
    const heap = this.#heap;
    let at = heap.length;
    const slot: Slot = { lane, t, order };
    heap.push(slot);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above]!;
      if (parent.t < t || (parent.t === t && parent.order < order)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = slot;
  }

  #removeTop(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sift(last);
  }

  #sink(slot: Slot, head: Planned): void {
    slot.t = head.t;
    slot.order = head.order;
    this.#sift(slot);
  }

  /** Puts what stands at the top where it belongs. */
  #sift(slot: Slot): void {
    const heap = this.#heap;
    const { t, order } = slot;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      let child = heap[below]!;
      const other = heap[below + 1];
      if (other && (other.t < child.t || (other.t === child.t && other.order < child.order))) {
        child = other;
        below++;
      }
      if (child.t > t || (child.t === t && child.order > order)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = slot;
  }
}
