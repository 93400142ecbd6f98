import { RpcError } from '../protocol/rpc-error.ts';
import type { Conditions } from '../runtime/conditions.ts';
import { runRead, type ReadName } from '../sheets/reads.ts';
import { runTransaction, type TransactionName } from '../sheets/transactions.ts';
import type { AuroraStorage, GenerationStore } from './storage.ts';

export type Call =
  | { readonly kind: 'tx'; readonly name: TransactionName; readonly args: unknown }
  | { readonly kind: 'read'; readonly name: ReadName; readonly args: unknown };

export type Outcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: RpcError };

/** One generation's database, open in one role, and the fence around everything that it answers. */
export class OpenGeneration {
  readonly generation: number;
  readonly role: 'writer' | 'reader';
  readonly #storage: Pick<AuroraStorage, 'hasLaterThan'>;
  readonly #database: GenerationStore;
  readonly #conditions: Conditions;
  #bytesMax: number | null = null;

  constructor(storage: AuroraStorage, generation: number, role: 'writer' | 'reader', conditions: Conditions) {
    this.generation = generation;
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
      if (kind === 'read') outcomes[index] = attempt(() => runRead(this.#database.store, name, args));
    });
    if (!this.#storage.hasLaterThan(this.generation)) return { outcomes, fenced: false };
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
        return database.store.atomically(() => runTransaction(database.store, name, args));
      });
      outcomes[index] = outcome;
      // A full disk ends the whole transaction, not only the savepoint: what came before in this group is gone with it.
      if (database.inTransaction) return;
      if (outcome.ok) failAll('failed', 'the storage gave the transaction up');
      else failAll(outcome.error.code, outcome.error);
    });
    if (inHand.length === 0) return;
    try {
      database.commit();
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
