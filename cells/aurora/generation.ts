import { RpcError } from '../protocol/rpc-error.ts';
import type { Conditions } from '../runtime/conditions.ts';
import type { ReadName } from '../sheets/reads.ts';
import type { ReadStore, Store } from '../sheets/store.ts';
import type { TransactionName } from '../sheets/transactions.ts';
import type { AuroraDecisions } from './decisions.ts';
import type { AuroraStorage, GenerationStore } from './storage.ts';

export type Call =
  | { readonly kind: 'tx'; readonly name: TransactionName; readonly args: unknown }
  | { readonly kind: 'read'; readonly name: ReadName; readonly args: unknown };

export type Outcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: RpcError };

/** Returns once the whole group is on the disk. Throws where nobody knows whether it is. */
export function commitGroup(database: Pick<GenerationStore, 'commit'>): void {
  database.commit();
}

/** Whether the volume has a later generation than this: asked anew each time, since nobody tells a writer that was stopped. */
export function isOvertaken(storage: Pick<AuroraStorage, 'hasLaterThan'>, generation: number): boolean {
  return storage.hasLaterThan(generation);
}

/** One generation's database, open in one role, and the fence around everything that it answers. */
export class OpenGeneration {
  readonly generation: number;
  readonly role: 'writer' | 'reader';
  readonly #storage: Pick<AuroraStorage, 'hasLaterThan'>;
  readonly #database: GenerationStore;
  readonly #conditions: Conditions;
  readonly #decisions: AuroraDecisions;
  #bytesMax: number | null = null;

  constructor(
    storage: AuroraStorage,
    generation: number,
    role: 'writer' | 'reader',
    { conditions, decisions }: { readonly conditions: Conditions; readonly decisions: AuroraDecisions },
  ) {
    this.generation = generation;
    this.#decisions = decisions;
    this.role = role;
    this.#storage = storage;
    this.#conditions = conditions;
    this.#database = storage.open(generation, role);
  }

  get pragmas(): GenerationStore['pragmas'] {
    return this.#database.pragmas;
  }

  /**
   * Runs calls that arrived together: the transactions commit as one, then the reads see that commit, and only then the volume is asked
   * whether this generation is still the current one. `fenced` true: nothing of it may be acknowledged, and the outcomes say so.
   */
  run(calls: readonly Call[]): { readonly outcomes: readonly Outcome[]; readonly fenced: boolean } {
    const outcomes: Outcome[] = new Array<Outcome>(calls.length);
    if (calls.some((call) => call.kind === 'tx')) this.#commitTogether(calls, outcomes);
    calls.forEach(({ kind, name, args }, index) => {
      if (kind === 'read') outcomes[index] = attempt(() => this.#read(name, args));
    });
    if (!this.#decisions.isOvertaken(this.#storage, this.generation)) return { outcomes, fenced: false };
    return { outcomes: calls.map((call) => ({ ok: false, error: fencedError(call.kind) })), fenced: true };
  }

  /** Writes something and takes it back. Throws where a transaction would fail for the storage's sake; a reader only asks. */
  tryWrite(): void {
    const database = this.#database;
    if (this.role === 'reader') return this.#admit();
    this.#begin();
    try {
      database.store.putTenant('trial', 0, 'home');
    } finally {
      if (database.inTransaction) database.rollback();
    }
  }

  usedBytes(): number {
    return this.#database.usedBytes();
  }

  close(): void {
    this.#database.close();
  }

  /** The pair of name and args is the caller's to match. */
  #transact(name: TransactionName, args: unknown): unknown {
    const transaction = this.#decisions.transactions[name] as (store: Store, args: unknown) => unknown;
    return transaction(this.#database.store, args);
  }

  #read(name: ReadName, args: unknown): unknown {
    const read = this.#decisions.reads[name] as (store: ReadStore, args: unknown) => unknown;
    return read(this.#database.store, args);
  }

  #admit(): void {
    this.#conditions.admit(() => this.#database.usedBytes());
  }

  #begin(): void {
    this.#admit();
    const { bytesMax } = this.#conditions.now;
    if (bytesMax !== this.#bytesMax) this.#database.bound(bytesMax);
    this.#bytesMax = bytesMax;
    this.#database.begin();
  }

  #commitTogether(calls: readonly Call[], outcomes: Outcome[]): void {
    const database = this.#database;
    const inHand: number[] = [];
    const failAll = (code: string, error: unknown) => {
      for (const index of inHand.splice(0)) outcomes[index] = failure(code, error);
      if (database.inTransaction) database.rollback();
    };
    calls.forEach(({ kind, name, args }, index) => {
      if (kind !== 'tx') return;
      inHand.push(index);
      const outcome = attempt(() => {
        if (!database.inTransaction) this.#begin();
        return database.store.atomically(() => this.#transact(name, args));
      });
      outcomes[index] = outcome;
      // A full disk ends the whole transaction, not only the savepoint: what came before in this group is gone with it.
      if (database.inTransaction) return;
      if (outcome.ok) failAll('failed', 'the storage gave the transaction up');
      else failAll(outcome.error.code, outcome.error);
    });
    if (inHand.length === 0) return;
    try {
      this.#decisions.commit(database);
    } catch (error) {
      failAll('unknown', error);
    }
  }
}

function attempt(work: () => unknown): Outcome {
  try {
    return { ok: true, result: work() };
  } catch (error) {
    return failure(isOfStorage(error) ? 'unwritable' : 'failed', error);
  }
}

/** The volume is full, read-only or broken: nothing is wrong with what was asked. */
function isOfStorage(error: unknown): boolean {
  return /^SQLITE_(FULL|READONLY|IOERR)/.test((error as { code?: string }).code ?? '');
}

/** `failed`, `unwritable`: rolled back, surely without effect. `unknown`: the commit itself broke. */
function failure(code: string, error: unknown): Outcome {
  return { ok: false, error: new RpcError(code, error instanceof Error ? error.message : String(error)) };
}

function fencedError(kind: Call['kind']): RpcError {
  return kind === 'tx'
    ? new RpcError('fenced', 'a newer generation was raised before the commit could be acknowledged')
    : new RpcError('not-current', 'a newer generation was raised before the read could be answered');
}
