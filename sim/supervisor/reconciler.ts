import type { EventSink } from '../../cells/runtime/events.ts';
import { realTime, type Time, type Timer } from '../../cells/runtime/time.ts';
import type { Action, Observation } from '../pilot/contract.ts';
import type { AdminConnections } from './admin.ts';
import type { Parts } from './parts.ts';

const everyMs = 200;
const stopGraceMs = 5000;

export interface ReconcilerOptions {
  readonly time?: Time;
  readonly parts: Parts;
  readonly admin: Pick<AdminConnections, 'call'>;
  readonly events: EventSink;
  readonly replaceAfterMs: number;
  readonly held: () => readonly string[];
  readonly queues: () => Observation['queues'];
  /** Parts outside cells, which the supervisor itself looks after. */
  readonly ownParts: () => readonly string[];
  /** True where control could decide nothing that it has not decided already: then it is not asked. */
  readonly isQuiet?: () => boolean;
}

/** Shows control what there is, and does what it decides. Control gone: nothing in a cell is replaced, and traffic goes on. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #time: Time;
  #timer: Timer | null = null;
  #busy = false;
  readonly #underWay = new Set<string>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#time = options.time ?? realTime;
  }

  start(): void {
    this.#timer = this.#time.every(everyMs, () => void this.tick());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  async tick(): Promise<void> {
    if (this.#busy || this.#timer === null || this.#options.isQuiet?.()) return;
    this.#busy = true;
    try {
      this.#restartOwn();
      const { actions } = await this.#options.admin.call<{ actions: readonly Action[] }>(
        'control',
        'observe',
        this.#observation(),
        1000,
      );
      for (const action of actions) this.#do(action);
    } catch {
      // Control is dead, paused or starting: its decisions wait for it.
    } finally {
      this.#busy = false;
    }
  }

  #observation(): Observation {
    const parts = this.#options.parts
      .all()
      .filter(({ address }) => address.includes('/') && !/^(router|links)\//.test(address))
      .map(({ address, observation, sinceMs }) => ({ address, state: observation.state, sinceMs }));
    return { nowMs: this.#time.nowMs(), parts, held: this.#options.held(), queues: this.#options.queues() };
  }

  #do(action: Action): void {
    if (this.#underWay.has(action.address)) return;
    this.#underWay.add(action.address);
    const { parts, events } = this.#options;
    const work = action.kind === 'start' ? parts.start(action.address, action.why) : this.#end(action);
    work
      .catch((error: Error) => events.record('part.trouble', { address: action.address, message: error.message }))
      .finally(() => this.#underWay.delete(action.address));
  }

  async #end({ address, why }: Action): Promise<void> {
    const { parts } = this.#options;
    await parts.stop(address, stopGraceMs);
    if (why === 'scale') parts.remove(address);
    else parts.forget(address);
  }

  #restartOwn(): void {
    const held = new Set(this.#options.held());
    for (const address of this.#options.ownParts()) {
      const record = this.#options.parts.get(address);
      if (!record || held.has(address)) continue;
      if (!['dead', 'stopped'].includes(record.observation.state)) continue;
      if (this.#time.nowMs() - record.sinceMs < this.#options.replaceAfterMs) continue;
      this.#do({ kind: 'start', address, why: 'replace' });
    }
  }
}
