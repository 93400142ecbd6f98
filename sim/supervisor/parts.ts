import type { EventSink } from '../../cells/runtime/events.ts';
import { realTime, type Time } from '../../cells/runtime/time.ts';
import type { PartObservation, PartState, Substrate } from '../substrate/substrate.ts';
import type { PartSize, PartSpec } from '../world/part.ts';

export interface PartRecord {
  readonly address: string;
  readonly observation: PartObservation;
  /** Starts after the first. */
  readonly restarts: number;
  /** Unix ms of the last change of state. */
  readonly sinceMs: number;
  /** How often it has been seen to serve: tells one life from the next. */
  readonly lives: number;
}

export interface PartsOptions {
  readonly time?: Pick<Time, 'nowMs'>;
  readonly substrate: Substrate;
  readonly events: EventSink;
  /** The part as it ought to be started now: counts and policies change while a world lives. */
  readonly specOf: (address: string) => PartSpec | null;
  /** Called once a part serves, the first time too. */
  readonly onServing: (address: string) => void;
  /** A death that nobody here asked for. */
  readonly onOutsideDeath: (address: string, atMs: number) => void;
}

/** Every part that this world has started, what it is now, and who wanted its last death. */
export class Parts {
  readonly #options: PartsOptions;
  readonly #time: Pick<Time, 'nowMs'>;
  readonly #records = new Map<string, PartRecord>();
  /** Deaths that were asked for and have not been seen yet. */
  readonly #expected = new Set<string>();
  readonly #starting = new Map<string, Promise<void>>();
  /** How often each part was started, served or ended. */
  readonly #turns = new Map<string, number>();
  #ending = false;

  constructor(options: PartsOptions) {
    this.#options = options;
    this.#time = options.time ?? realTime;
    options.substrate.onExit((exit) => this.#died(exit.address, exit.code, exit.signal));
    options.substrate.onOutsideChange(({ address, what }) => {
      // Somebody else started it: from here on it is a start like any other.
      if (what === 'started') this.start(address, 'outside').catch(() => {});
    });
  }

  all(): readonly PartRecord[] {
    return [...this.#records.values()];
  }

  get(address: string): PartRecord | null {
    return this.#records.get(address) ?? null;
  }

  stateOf(address: string): PartState {
    return this.#records.get(address)?.observation.state ?? 'stopped';
  }

  /** Starts a part that does not run; resolves when it serves. A start under way is joined. */
  start(address: string, why: string): Promise<void> {
    if (this.#ending) return Promise.reject(new Error('the world is ending'));
    const underWay = this.#starting.get(address);
    if (underWay) return underWay;
    const state = this.stateOf(address);
    if (state === 'running' || state === 'paused') return Promise.resolve();
    const start = this.#start(address, why).finally(() => this.#starting.delete(address));
    this.#starting.set(address, start);
    return start;
  }

  async kill(address: string): Promise<void> {
    await this.#end(address, () => this.#options.substrate.kill(address));
  }

  async stop(address: string, graceMs: number): Promise<void> {
    await this.#end(address, () => this.#options.substrate.stop(address, graceMs));
  }

  async pause(address: string): Promise<void> {
    await this.#options.substrate.pause(address);
    await this.observe();
  }

  async resume(address: string): Promise<void> {
    await this.#options.substrate.resume(address);
    await this.observe();
  }

  async disconnect(address: string): Promise<void> {
    await this.#options.substrate.disconnect(address);
    await this.observe();
  }

  async reconnect(address: string): Promise<void> {
    await this.#options.substrate.reconnect(address);
    await this.observe();
  }

  async limit(address: string, size: Partial<PartSize> | null): Promise<void> {
    await this.#options.substrate.limit(address, size);
    await this.observe();
  }

  async exhaustMemory(address: string): Promise<void> {
    await this.#end(address, () => this.#options.substrate.exhaustMemory(address));
  }

  plannedSize(address: string): PartSize {
    const spec = this.#options.specOf(address);
    if (!spec) throw new Error(`this world has no part ${address}`);
    return spec.size;
  }

  /** Reads every part's state and memory anew. What changed while it was read is newer than what was read: a death stays one. */
  async observe(): Promise<void> {
    const before = new Map(this.#turns);
    for (const observation of await this.#options.substrate.observeAll()) {
      const { address } = observation;
      const record = this.#records.get(address);
      if (!record || this.#turns.get(address) !== before.get(address)) continue;
      const changed = record.observation.state !== observation.state;
      this.#records.set(address, {
        ...record,
        observation,
        sinceMs: changed ? this.#time.nowMs() : record.sinceMs,
      });
    }
  }

  /** A part that died and that nobody misses: it was one that comes and goes with its work. */
  forget(address: string): void {
    if (this.stateOf(address) !== 'dead') return;
    this.#set(address, 'stopped', {});
    this.#options.events.record('part.removed', { address });
  }

  /** A part that was scaled away and does not run: the world has it no more. */
  remove(address: string): void {
    if (!['dead', 'stopped'].includes(this.stateOf(address))) return;
    if (this.#records.delete(address)) this.#options.events.record('part.removed', { address });
  }

  /** From now on deaths are the end of the world, and nothing is started any more. */
  end(): void {
    this.#ending = true;
  }

  async #start(address: string, why: string): Promise<void> {
    const spec = this.#options.specOf(address);
    if (!spec) throw new Error(`this world has no part ${address}`);
    const before = this.#records.get(address);
    this.#set(address, 'starting', { restarts: before ? before.restarts + 1 : 0, lives: before?.lives ?? 0 });
    const startedAt = this.#time.nowMs();
    try {
      await this.#options.substrate.start(spec);
    } catch (error) {
      this.#set(address, 'dead', {});
      throw error;
    }
    const observation = await this.#options.substrate.observe(address);
    const record = this.#records.get(address);
    if (record) {
      this.#turned(address);
      this.#records.set(address, { ...record, observation, sinceMs: this.#time.nowMs(), lives: record.lives + 1 });
    }
    const kind = before ? 'part.replaced' : 'part.started';
    this.#options.events.record(kind, { address, pid: observation.pid, why, tookMs: this.#time.nowMs() - startedAt });
    this.#options.onServing(address);
  }

  async #end(address: string, end: () => Promise<void>): Promise<void> {
    const state = this.stateOf(address);
    if (state === 'dead' || state === 'stopped') return;
    this.#expected.add(address);
    await end();
  }

  #died(address: string, code: number | null, signal: string | null): void {
    const expected = this.#expected.delete(address);
    const wasStarting = this.#starting.has(address);
    this.#set(address, signal === 'SIGKILL' || code !== 0 ? 'dead' : 'stopped', {});
    this.#options.events.record('part.died', { address, code, signal, by: expected ? 'petri' : 'outside' });
    if (!expected && !wasStarting && !this.#ending) this.#options.onOutsideDeath(address, this.#time.nowMs());
  }

  #set(address: string, state: PartState, change: { restarts?: number; lives?: number }): void {
    this.#turned(address);
    const before = this.#records.get(address);
    const nobody = { address, pid: null, containerId: null, memoryBytes: null };
    const alive = state === 'starting' && before ? before.observation : nobody;
    this.#records.set(address, {
      address,
      observation: { ...alive, state },
      restarts: change.restarts ?? before?.restarts ?? 0,
      lives: change.lives ?? before?.lives ?? 0,
      sinceMs: this.#time.nowMs(),
    });
  }

  #turned(address: string): void {
    this.#turns.set(address, (this.#turns.get(address) ?? 0) + 1);
  }
}
