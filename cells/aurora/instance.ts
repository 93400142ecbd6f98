import { RpcError } from '../protocol/rpc-error.ts';
import type { Conditions } from '../runtime/conditions.ts';
import { DiskTurns } from '../runtime/disk-turns.ts';
import type { EventSink } from '../runtime/events.ts';
import type { Time } from '../runtime/time.ts';
import type { AuroraRole, AuroraSettings, AuroraStatus } from './contract.ts';
import type { AuroraDecisions } from './decisions.ts';
import { OpenGeneration, type Call } from './generation.ts';
import type { AuroraStorage } from './storage.ts';

interface Waiting {
  readonly call: Call | { readonly kind: 'trial' };
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface InstanceOptions {
  readonly address: string;
  readonly storage: AuroraStorage;
  readonly settings: AuroraSettings;
  readonly events: EventSink;
  readonly onRole: (role: AuroraRole) => void;
  readonly time: Pick<Time, 'soon' | 'after'>;
  readonly conditions: Conditions;
  readonly decisions: AuroraDecisions;
}

/** One Aurora instance: the generation that it serves, in which role, and the calls that wait for the end of this turn. */
export class Instance {
  readonly #options: InstanceOptions;
  #open: OpenGeneration | null = null;
  readonly #disk: DiskTurns<Waiting>;
  #waiting: Waiting[] = [];
  #transactions = 0;
  #commits = 0;
  #groupMax = 0;

  constructor(options: InstanceOptions) {
    this.#options = options;
    const { time, conditions } = options;
    this.#disk = new DiskTurns(
      time,
      () => conditions.now.diskDelayMs,
      (group) => this.#run(group),
    );
  }

  get role(): AuroraRole {
    const { address } = this.#options;
    return { address, role: this.#open?.role ?? 'starting', generation: this.#open?.generation ?? 0 };
  }

  get status(): AuroraStatus {
    return {
      ...this.role,
      pragmas: this.#open?.pragmas ?? {},
      transactions: this.#transactions,
      commits: this.#commits,
      groupMax: this.#groupMax,
    };
  }

  /** Answers at the end of this turn of the event loop, together with everything else that arrived in it. On a slow disk reads do not wait for writes. */
  submit(call: Waiting['call']): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (call.kind !== 'read' && this.#options.conditions.now.diskDelayMs > 0) {
        this.#disk.add({ call, resolve, reject });
        return;
      }
      if (this.#waiting.length === 0) this.#options.time.soon(() => this.#runGroup());
      this.#waiting.push({ call, resolve, reject });
    });
  }

  /** What the current generation holds, in bytes; 0 where none is served. */
  usedBytes(): number {
    return this.#open?.usedBytes() ?? 0;
  }

  /** Raises the generation and serves it as its writer. False where another instance was first or the copy failed: nothing is served then. */
  promote(reason: string): boolean {
    const { storage, settings } = this.#options;
    const generation = storage.current() + 1;
    if (!storage.raise(generation)) return false;
    this.#close();
    storage.make(generation, settings.seedTenants);
    if (storage.hasLaterThan(generation)) {
      this.stepDown('overtaken');
      return false;
    }
    this.#serve(new OpenGeneration(storage, generation, 'writer', this.#options), reason);
    storage.tidyBefore(generation);
    return true;
  }

  follow(reason: string): void {
    const { storage } = this.#options;
    this.#close();
    this.#serve(new OpenGeneration(storage, storage.current(), 'reader', this.#options), reason);
  }

  /** Serves nothing until the next move. */
  stepDown(reason: string): void {
    const { generation } = this.role;
    this.#close();
    if (reason === 'fenced') {
      this.#options.events.record('aurora.fenced', { generation, current: this.#options.storage.current() });
    }
    this.#say(reason);
  }

  /** Finishes what waits, then closes. */
  stop(): void {
    this.#disk.flush();
    this.#runGroup();
    this.#close();
  }

  #serve(open: OpenGeneration, reason: string): void {
    this.#open = open;
    this.#say(reason);
  }

  #say(reason: string): void {
    const { role, generation } = this.role;
    this.#options.events.record('aurora.role', { role, generation, reason });
    this.#options.onRole(this.role);
  }

  #close(): void {
    this.#open?.close();
    this.#open = null;
  }

  #runGroup(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#run(waiting);
  }

  #run(waiting: readonly Waiting[]): void {
    // Whoever was stopped for a while learns it here, before it runs what arrived meanwhile: refused is better than unknown.
    const { storage, decisions } = this.#options;
    if (this.#open && decisions.isOvertaken(storage, this.#open.generation)) this.#catchUp();
    const open = this.#open;
    const taken = waiting.flatMap(({ call, resolve, reject }) => {
      if (call.kind === 'trial') {
        trial(open, resolve, reject);
        return [];
      }
      const refusal = refusalFor(call, open);
      if (refusal) reject(refusal);
      return refusal ? [] : [{ call, resolve, reject }];
    });
    if (!open || taken.length === 0) return;
    const { outcomes, fenced } = open.run(taken.map(({ call }) => call));
    this.#count(taken);
    taken.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index]!;
      if (outcome.ok) resolve(outcome.result);
      else reject(outcome.error);
    });
    if (fenced) this.#catchUp();
  }

  /** Leaves a generation that is no longer current; reads that wait are served from the new one where it is whole already. */
  #catchUp(): void {
    const { storage } = this.#options;
    this.stepDown(this.#open?.role === 'writer' ? 'fenced' : 'left behind');
    if (storage.isWhole(storage.current())) this.follow('following');
  }

  #count(taken: readonly Pick<Waiting, 'call'>[]): void {
    const transactions = taken.filter(({ call }) => call.kind === 'tx').length;
    if (transactions === 0) return;
    this.#transactions += transactions;
    this.#commits++;
    this.#groupMax = Math.max(this.#groupMax, transactions);
  }
}

function trial(open: OpenGeneration | null, resolve: (result: unknown) => void, reject: (error: Error) => void): void {
  try {
    open?.tryWrite();
    resolve(null);
  } catch (error) {
    reject(error as Error);
  }
}

function refusalFor(call: Call, open: OpenGeneration | null): RpcError | null {
  if (call.kind === 'tx' && open?.role !== 'writer')
    return new RpcError('not-writer', 'this instance is not the writer');
  if (call.kind === 'read' && !open) return new RpcError('not-current', 'this instance serves no generation yet');
  return null;
}
