import type { Event } from '../../cells/runtime/events.ts';
import type { RunPlan } from '../runs/contract.ts';
import type { Snapshot } from '../state/status.ts';
import { wordsOf } from './recorded-log.ts';
import { RecordedWorld, type Recorded } from './recorded-world.ts';

/** A live world looks at itself this often; the picture of a moment is the same from wherever one comes. In milliseconds. */
const tickMs = 500;
/** So many keyframes are kept at most, and none closer together than this. */
const keyframesMax = 40;
const keyframeMsMin = 5000;

interface Cursor {
  readonly world: RecordedWorld;
  /** The moment that it stands at, on the scenario's clock. */
  ms: number;
  /** Up to here all ticks have been made. */
  tickedMs: number;
  /** The next event that has not been taken. */
  next: number;
  /** The next command of the plan that has not been said. */
  nextDone: number;
}

/** Of a run that goes on, at most so many events are kept. */
const eventsMax = 400_000;

/** A recorded run that can be looked at at any moment. Times are milliseconds of the scenario's clock, `beginMs` to `endMs`. */
export class Replay {
  readonly #startT: number;
  readonly #keyframeMs: number;
  readonly #done: { readonly atMs: number; readonly command: string }[];
  #events: Event[];
  #keyframes: Cursor[];
  #cursor: Cursor;
  #endMs: number;

  /** `events` in the order of the merged log. */
  constructor(recorded: Recorded, events: readonly Event[], done: RunPlan['done']) {
    const { startT, endT } = recorded.judged;
    this.#startT = startT;
    this.#events = [...events];
    this.#done = [...done];
    this.#endMs = (endT - startT) / 1000;
    this.#keyframeMs = Math.max(keyframeMsMin, Math.ceil(this.#endMs / keyframesMax / tickMs) * tickMs);
    this.#cursor = { world: new RecordedWorld(recorded), ms: 0, tickedMs: 0, next: 0, nextDone: 0 };
    this.#takeUntil(this.#cursor, 0);
    this.#keyframes = [copyOf(this.#cursor)];
  }

  get events(): readonly Event[] {
    return this.#events;
  }

  /** Before it nothing is kept any more: 0, but for a run that went on for long. */
  get beginMs(): number {
    return this.#keyframes[0]!.ms;
  }

  get endMs(): number {
    return this.#endMs;
  }

  /** The run goes on: what happened until `endMs`, in order. */
  extend(events: readonly Event[], endMs: number): void {
    for (const event of events) this.#events.push(event);
    this.#endMs = endMs;
    if (this.#events.length > eventsMax) this.#forget();
  }

  /** Something was done, not before anything else that was. */
  done(command: string, atMs: number): void {
    this.#done.push({ atMs, command });
  }

  /** The picture at a moment. Forward from the last one that was asked for it costs what happened in between; backward, what happened since a keyframe. */
  at(ms: number): Snapshot {
    const whole = Math.max(this.beginMs, Math.min(this.#endMs, ms));
    if (this.#cursor.ms > whole) this.#cursor = this.#before(whole);
    // A tick is made once its moment is past: of a run that goes on, more may still happen at this one.
    while (this.#cursor.tickedMs + tickMs < whole) this.#tick();
    this.#takeUntil(this.#cursor, whole);
    return this.#cursor.world.snapshot(this.#startT / 1000 + whole);
  }

  /** The moment of the next (1) or previous (-1) event, and the event; null at the end. `told`: only one that the log tells of. */
  step(fromMs: number, by: 1 | -1, told: boolean): { readonly ms: number; readonly event: Event } | null {
    const counts = (event: Event) => !told || wordsOf(event) !== null;
    const within = (index: number) => this.#msOf(index) >= this.beginMs && this.#msOf(index) <= this.#endMs;
    let index = this.#firstAfter(fromMs);
    if (by === -1) {
      index -= 1;
      while (index >= 0 && this.#msOf(index) >= fromMs) index -= 1;
    }
    for (; index >= 0 && index < this.#events.length && within(index); index += by) {
      const event = this.#events[index]!;
      if (counts(event)) return { ms: this.#msOf(index), event };
    }
    return null;
  }

  /** Lets go of the older half, from a keyframe on: what is before it can only be had by running it again. */
  #forget(): void {
    this.at(this.#endMs);
    const middle = this.#events.length / 2;
    const first = this.#keyframes.findIndex(({ next }) => next >= middle);
    if (first <= 0) return;
    const gone = this.#keyframes[first]!.next;
    this.#events = this.#events.slice(gone);
    this.#keyframes = this.#keyframes.slice(first);
    for (const cursor of [this.#cursor, ...this.#keyframes]) cursor.next -= gone;
  }

  #before(ms: number): Cursor {
    // A keyframe has the tick of its own moment in it, which is made only afterwards.
    return copyOf(this.#keyframes.findLast((keyframe) => keyframe.ms < ms) ?? this.#keyframes[0]!);
  }

  #tick(): void {
    const cursor = this.#cursor;
    cursor.tickedMs += tickMs;
    this.#takeUntil(cursor, cursor.tickedMs);
    cursor.world.tick(this.#startT / 1000 + cursor.tickedMs);
    const last = this.#keyframes.at(-1)!;
    if (cursor.tickedMs - last.tickedMs >= this.#keyframeMs) this.#keyframes.push(copyOf(cursor));
    // Of a run that goes on there would be ever more: every other one of the older ones will do.
    if (this.#keyframes.length > keyframesMax * 2)
      this.#keyframes = this.#keyframes.filter((_, index) => index % 2 === 0);
  }

  #takeUntil(cursor: Cursor, ms: number): void {
    for (; cursor.next < this.#events.length && this.#msOf(cursor.next) <= ms; cursor.next += 1) {
      this.#sayUntil(cursor, this.#msOf(cursor.next));
      cursor.world.take(this.#events[cursor.next]!);
    }
    this.#sayUntil(cursor, ms);
    cursor.ms = ms;
  }

  #sayUntil(cursor: Cursor, ms: number): void {
    for (let done = this.#done[cursor.nextDone]; done && done.atMs <= ms; done = this.#done[cursor.nextDone]) {
      cursor.world.say(done.command, done.command, this.#startT / 1000 + done.atMs);
      cursor.nextDone += 1;
    }
  }

  #msOf(index: number): number {
    const event = this.#events[index];
    return event === undefined ? (index < 0 ? -Infinity : Infinity) : (event.t - this.#startT) / 1000;
  }

  /** The first event after a moment, by halving. */
  #firstAfter(ms: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#msOf(middle) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function copyOf(cursor: Cursor): Cursor {
  return { ...cursor, world: cursor.world.copy() };
}
