import type { Event } from '../../cells/runtime/events.ts';
import type { JudgedWorld } from '../judge/contract.ts';
import { turnedSpeed, type Clock, type Playback, type PlaybackIntent } from '../replay/playback.ts';
import { Replay } from '../replay/replay.ts';
import type { WorldDriver } from '../scenario/driver.ts';
import type { Snapshot } from '../state/status.ts';
import type { World } from '../world/world.ts';
import { FaultSpans } from './fault-spans.ts';

/** A driver whose time goes on only while it is let: as far as the work takes that is handed in. */
export interface VirtualDriver extends WorldDriver {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Grows a world in virtual time from its seed; resolves once it serves. */
export type GrowVirtual = (world: World) => Promise<VirtualDriver>;

export interface SessionOptions {
  readonly world: World;
  readonly grow: GrowVirtual;
  readonly release: string;
  /** Unix milliseconds of a moment of the world's monotonic clock, in microseconds. */
  readonly unixOf: (t: number) => number;
}

type Perform<T> = (driver: WorldDriver) => Promise<T>;

/** Something that somebody did, so that it can be done again at the same moment of the same seed. */
interface Deed {
  readonly atMs: number;
  readonly command: string;
  readonly perform: Perform<unknown>;
}

const speeds: readonly Playback['speed'][] = [1, 2, 5, 10, 30, 60, 300, 1000, 'max'];
/** What is asked of a world that stands still is given so much of its time to come about, in steps of so much. */
const grantMs = 30_000;
const grantStepMs = 20;
/** A single step looks so far ahead for something that happens, in steps of so much. */
const lookMs = 60_000;
const lookStepMs = 10;
/** How much of its time a world gets at once where it goes as fast as it can. */
const sliceMs = 50;
/** No more of its time at once: whatever else this program does has its turn in between. */
const stepMsMax = 20;

/**
 * A world in virtual time that people watch: it goes on at any speed, stands still, and goes back. What it has lived through
 * is looked at from its record; whoever changes the past runs the seed again up to that moment, with all that had been done
 * until then, and goes on from there. Times are milliseconds since it served.
 */
export class VirtualSession {
  readonly #options: SessionOptions;
  #driver: VirtualDriver | null = null;
  #film: Replay | null = null;
  #faults = new FaultSpans();
  #fresh: Event[] = [];
  #startT = 0;
  /** How far the world has lived. */
  #livedMs = 0;
  #deeds: readonly Deed[] = [];
  /** Deeds of the past that have not been done again yet, since the seed is being run anew. */
  #ahead: readonly Deed[] = [];
  #clock: Omit<Playback, 'endMs'> = { atMs: 0, playing: true, speed: 1, event: null };
  #queue: Promise<unknown> = Promise.resolve();
  #busy = 0;
  /** What is shown while the seed is run again. */
  #held: Snapshot | null = null;
  #listener: (events: readonly Event[]) => void = () => {};

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Grows the world. */
  start(): Promise<void> {
    return this.#alone(() => this.#grow([]));
  }

  /** Everything that the world lives through, once; a past that is lived anew is told anew. */
  onEvents(listener: (events: readonly Event[]) => void): void {
    this.#listener = listener;
  }

  get film(): Replay {
    if (!this.#film) throw new Error('the world has not been grown yet');
    return this.#film;
  }

  snapshot(): Snapshot {
    if (this.#held) return this.#held;
    const { atMs } = this.#clock;
    const deed = [...this.#deeds, ...this.#ahead].find((each) => each.atMs > atMs);
    const next = deed ? { atMs: deed.atMs, command: deed.command } : null;
    const clock: Clock = {
      ...this.#clock,
      mode: 'virtual',
      endMs: this.#livedMs,
      faults: this.#faults.until(this.#livedMs),
      next,
    };
    return { ...this.film.at(atMs), clock };
  }

  /** So much of our own time has passed. What is still under way from the last call is waited for by itself: this call is dropped. */
  pass(elapsedMs: number, budgetMs: number, nowMs: () => number): Promise<void> {
    const { playing, speed } = this.#clock;
    if (!playing || this.#busy > 0) return Promise.resolve();
    return this.#alone(async () => {
      if (speed === 'max') {
        const endMs = nowMs() + budgetMs;
        this.#clock = { ...this.#clock, atMs: this.#livedMs };
        while (nowMs() < endMs) await this.#goTo(this.#clock.atMs + sliceMs);
      } else {
        const { atMs } = this.#clock;
        const nextMs = atMs + elapsedMs * speed;
        // The record is played to its end first: there the world goes on.
        await this.#goTo(atMs < this.#livedMs ? Math.min(nextMs, this.#livedMs) : nextMs);
      }
    });
  }

  turn(intent: PlaybackIntent): Promise<void> {
    return this.#alone(() => this.#turn(intent));
  }

  /**
   * Does something at the moment that is shown. In the past that is another life: the seed is run again up to here, and what
   * came after never happened. While the world stands still it gets as much of its time as the deed takes.
   */
  async do<T>(command: string, perform: Perform<T>): Promise<T> {
    const { ended } = await this.#alone(async () => {
      await this.#noteHere({ command, perform });
      return this.#whileTimePasses(perform);
    });
    return ended;
  }

  /** The same, of what goes on for long: the world goes on with it as its time goes on. */
  begin(command: string, perform: Perform<unknown>): Promise<void> {
    return this.#alone(async () => {
      await this.#noteHere({ command, perform });
      await this.#begun(perform);
    });
  }

  /** From the beginning, as if nothing had been done. */
  reset(): Promise<void> {
    return this.#alone(async () => {
      await this.#grow([]);
      this.#clock = { ...this.#clock, atMs: 0, event: null };
    });
  }

  end(): Promise<void> {
    return this.#alone(async () => {
      await this.#driver?.end();
      this.#driver = null;
    });
  }

  get #live(): VirtualDriver {
    if (!this.#driver) throw new Error('the world has not been grown yet');
    return this.#driver;
  }

  /** One thing at a time, in the order in which they were asked for. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    const done = this.#queue.then(work).finally(() => {
      this.#busy -= 1;
      this.#held = null;
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #grow(again: readonly Deed[]): Promise<void> {
    this.#held = this.#film && this.snapshot();
    await this.#driver?.end();
    const { world, grow } = this.#options;
    const driver = await grow(world);
    const estate = await driver.estate();
    this.#fresh = [];
    driver.onEvents((events) => {
      for (const event of events) this.#fresh.push(event);
    });
    await driver.run(() => driver.act({ do: 'traffic', on: world.traffic.on }));
    this.#driver = driver;
    this.#startT = driver.nowT();
    this.#livedMs = 0;
    this.#deeds = [];
    this.#ahead = again;
    this.#faults = new FaultSpans();
    this.#film = filmOf(this.#options, estate, this.#startT);
  }

  async #noteHere(deed: Omit<Deed, 'atMs'>): Promise<void> {
    const { atMs } = this.#clock;
    if (atMs < this.#livedMs) await this.#grow(this.#deeds.filter((each) => each.atMs <= atMs));
    await this.#goTo(atMs);
    this.#ahead = [];
    this.#note({ ...deed, atMs });
  }

  async #turn(intent: PlaybackIntent): Promise<void> {
    const { atMs, speed } = this.#clock;
    switch (intent) {
      case 'play':
        this.#clock = { ...this.#clock, playing: !this.#clock.playing, event: null };
        return;
      case 'second-back':
        return this.#goTo((Math.ceil(atMs / 1000) - 1) * 1000);
      case 'second-on':
        return this.#goTo((Math.floor(atMs / 1000) + 1) * 1000);
      case 'event-back':
      case 'told-back':
        return this.#stepTo(this.film.step(atMs, -1, intent === 'told-back'), 0);
      case 'event-on':
      case 'told-on':
        return this.#stepOn(intent === 'told-on');
      case 'begin':
        return this.#goTo(0);
      case 'end':
        return this.#goTo(this.#livedMs);
      case 'faster':
      case 'slower':
        this.#clock = { ...this.#clock, speed: turnedSpeed(speed, intent, speeds) };
    }
  }

  async #stepOn(told: boolean): Promise<void> {
    const { atMs } = this.#clock;
    const untilMs = this.#livedMs + lookMs;
    let found = this.film.step(atMs, 1, told);
    while (!found && this.#livedMs < untilMs) {
      await this.#liveUntil(this.#livedMs + lookStepMs);
      found = this.film.step(atMs, 1, told);
    }
    return this.#stepTo(found, this.#livedMs);
  }

  async #stepTo(found: ReturnType<Replay['step']>, otherwiseMs: number): Promise<void> {
    await this.#goTo(found?.ms ?? otherwiseMs);
    this.#clock = { ...this.#clock, playing: false, event: found?.event ?? null };
  }

  /** Shows that moment: from the record where the world has lived it, else once it has. */
  async #goTo(ms: number): Promise<void> {
    const whole = Math.max(0, ms);
    if (whole < this.film.beginMs) await this.#grow([...this.#deeds, ...this.#ahead]);
    await this.#liveUntil(whole);
    this.#clock = { ...this.#clock, atMs: whole, event: null };
  }

  async #liveUntil(ms: number): Promise<void> {
    for (let deed = this.#ahead[0]; deed && deed.atMs <= ms; deed = this.#ahead[0]) {
      await this.#wait(deed.atMs);
      this.#ahead = this.#ahead.slice(1);
      this.#note(deed);
      // What it comes to was told when it was done first.
      await this.#begun(deed.perform).then(({ ended }) => void ended.catch(() => undefined));
    }
    await this.#wait(ms);
  }

  async #wait(ms: number): Promise<void> {
    const driver = this.#live;
    const untilT = this.#startT + Math.round(ms * 1000);
    for (let leftT = untilT - driver.nowT(); leftT > 0; leftT = untilT - driver.nowT()) {
      const stepMs = Math.min(leftT / 1000, stepMsMax);
      await driver.run(() => driver.wait(stepMs));
    }
    this.#livedMs = (driver.nowT() - this.#startT) / 1000;
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const event of fresh) this.#faults.take(event, (event.t - this.#startT) / 1000);
    this.film.extend(fresh, this.#livedMs);
    if (fresh.length > 0) this.#listener(fresh);
  }

  #note(deed: Deed): void {
    this.#deeds = [...this.#deeds, deed];
    this.film.done(deed.command, deed.atMs);
  }

  /** Begins something, and lets no more time pass than that takes. */
  async #begun<T>(perform: Perform<T>): Promise<{ readonly ended: Promise<T> }> {
    const driver = this.#live;
    return driver.run(async () => {
      const ended = perform(driver);
      ended.catch(() => undefined);
      await driver.wait(0);
      return { ended };
    });
  }

  /** Begins something, and gives it time until it has ended, or has had its share. */
  async #whileTimePasses<T>(perform: Perform<T>): Promise<{ readonly ended: Promise<T> }> {
    const { ended } = await this.#begun(perform);
    let over = false;
    const settle = () => (over = true);
    ended.then(settle, settle);
    for (let grantedMs = 0; grantedMs < grantMs; grantedMs += grantStepMs) {
      await this.#wait(this.#livedMs);
      if (over) break;
      await this.#wait(this.#livedMs + grantStepMs);
    }
    this.#clock = { ...this.#clock, atMs: this.#livedMs };
    return { ended };
  }
}

function filmOf({ world, release, unixOf }: SessionOptions, estate: Omit<JudgedWorld, 'seed'>, startT: number): Replay {
  const times = { startT, healedT: startT, endT: startT, recoverWithinMs: 0 };
  const judged = { ...estate, ...times, seed: world.seed };
  return new Replay({ world, judged, startedAt: unixOf(startT), engine: 'virtual', release }, [], []);
}
