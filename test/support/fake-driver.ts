import type { Event } from '../../cells/runtime/events.ts';
import type { Judge, JudgedWorld, RunTimes } from '../../sim/judge/contract.ts';
import type { WorldDriver } from '../../sim/scenario/driver.ts';
import type { Action } from '../../sim/scenario/scenario.ts';
import type { FaultStatus, Status } from '../../sim/state/status.ts';

type InjectRequest = Parameters<WorldDriver['inject']>[0];

/** A world that is nothing but a clock and a list of what was asked of it. Its time passes only in {@link FakeDriver.run}. */
export class FakeDriver implements WorldDriver {
  readonly on = 'virtual';
  /** `12.5 s inject kill b`, in the order in which it was asked. */
  readonly asked: string[] = [];
  /** What `status` answers; a test changes it. */
  mood: Status['mood'] = 'calm';
  health: Record<string, Status['cells'][number]['health']> = { a: 'serving', b: 'serving' };
  faults: FaultStatus[] = [];
  inFlight = 0;
  statusAsked = 0;
  ended = 0;
  /** Called instead of doing nothing, where a test wants something to happen. */
  onInject: (request: InjectRequest) => Promise<void> = () => Promise.resolve();
  onAct: (action: Action) => Promise<void> = () => Promise.resolve();
  #nowT = 5_000_000;
  #startT: number | null = null;
  #seq = 0;
  #lastFault = 0;
  readonly #timers: { readonly atT: number; readonly seq: number; readonly run: () => void }[] = [];
  readonly #listeners: ((events: readonly Event[]) => void)[] = [];

  /** Lets time pass until the work is done. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let done = false;
    const result = work().finally(() => (done = true));
    result.catch(() => {});
    for (;;) {
      // Everything that follows from the present moment happens in it.
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (done) return result;
      this.#timers.sort((left, right) => left.atT - right.atT || left.seq - right.seq);
      const next = this.#timers.shift();
      if (!next) throw new Error('nothing would ever happen again');
      this.#nowT = next.atT;
      next.run();
    }
  }

  /** Calls something at a time of the scenario's clock, which the first thing asked after `begin` is 0 of. */
  at(ms: number, run: () => void): void {
    this.#timers.push({ atT: (this.#startT ?? this.#nowT) + ms * 1000, seq: ++this.#seq, run });
  }

  /** The clock of what is `asked` begins here. */
  begin(): void {
    this.#startT = this.#nowT;
  }

  emit(part: string, kind: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const event: Event = { v: 1, t: this.#nowT, at: 0, seq: ++this.#seq, life: part, part, kind, ...fields };
    for (const listener of this.#listeners) listener([event]);
  }

  nowT(): number {
    return this.#nowT;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#timers.push({ atT: this.#nowT + ms * 1000, seq: ++this.#seq, run: resolve });
    });
  }

  onEvents(listener: (events: readonly Event[]) => void): void {
    this.#listeners.push(listener);
  }

  settled(): Promise<void> {
    this.#note('settled');
    return Promise.resolve();
  }

  status(): Promise<Status> {
    this.statusAsked++;
    const cells = Object.entries(this.health).map(([id, health]) => ({ id, health }));
    const status = {
      now: 1000 + this.#nowT / 1000,
      mood: this.mood,
      cells,
      faults: this.faults,
      traffic: { inFlight: this.inFlight },
    };
    return Promise.resolve(status as unknown as Status);
  }

  async inject(request: InjectRequest): Promise<FaultStatus> {
    const { kind, target, forMs } = request;
    this.#note(`inject ${kind} ${target}${forMs === null ? '' : ` for ${forMs}`}`);
    await this.onInject(request);
    const fault = { id: `f${++this.#lastFault}`, kind, target, state: 'open' } as FaultStatus;
    this.faults.push(fault);
    return fault;
  }

  heal(id: string | null): Promise<readonly FaultStatus[]> {
    this.#note(`heal ${id ?? 'all'}`);
    this.faults = this.faults.filter((fault) => id !== null && fault.id !== id);
    return Promise.resolve([]);
  }

  setPolicy(name: string, value: string): Promise<void> {
    this.#note(`set ${name} ${value}`);
    return Promise.resolve();
  }

  async act(action: Action): Promise<void> {
    const { do: what, ...rest } = action;
    this.#note(`${what} ${JSON.stringify(rest)}`);
    await this.onAct(action);
  }

  readBack(): Promise<void> {
    this.#note('read back');
    return Promise.resolve();
  }

  estate(): Promise<Omit<JudgedWorld, 'seed'>> {
    const map = { version: 1, tenants: {} };
    return Promise.resolve({ on: this.on, map, parts: [], onLoss: {}, client: 'traffic', skipped: [] });
  }

  end(): Promise<void> {
    this.ended++;
    return Promise.resolve();
  }

  #note(what: string): void {
    const at = this.#startT === null ? '-' : ((this.#nowT - this.#startT) / 1_000_000).toFixed(2);
    this.asked.push(`${at} ${what}`);
  }
}

/** A judge that only remembers what it was told. */
export class FakeJudge implements Judge {
  readonly taken: Event[] = [];
  begun: number | null = null;
  times: RunTimes | null = null;

  take(event: Event): void {
    this.taken.push(event);
  }

  begin(startT: number): void {
    this.begun = startT;
  }

  end(times: RunTimes): ReturnType<Judge['end']> {
    this.times = times;
    return { invariants: [], inconclusive: [], facts: {} as ReturnType<Judge['end']>['facts'] };
  }
}
