import { RpcError } from '../protocol/rpc-error.ts';
import { DiskError, type Conditions } from '../runtime/conditions.ts';
import { DiskTurns } from '../runtime/disk-turns.ts';
import type { Write, WriteResult } from './contract.ts';
import type { Time } from '../runtime/time.ts';
import type { ItemStore } from './item-store.ts';

interface Waiting {
  readonly writes: readonly Write[];
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: RpcError) => void;
}

/** Commits together what arrived in one turn of the event loop; a call that fails is undone alone. */
export class WriteGroup {
  readonly #time: Pick<Time, 'soon' | 'after'>;
  readonly #items: ItemStore;
  readonly #conditions: Conditions;
  readonly #disk: DiskTurns<Waiting>;
  #waiting: Waiting[] = [];

  constructor(time: Pick<Time, 'soon' | 'after'>, items: ItemStore, conditions: Conditions) {
    this.#time = time;
    this.#items = items;
    this.#conditions = conditions;
    this.#disk = new DiskTurns(
      time,
      () => conditions.now.diskDelayMs,
      (group) => this.#commit(group),
    );
  }

  submit(writes: readonly Write[]): Promise<WriteResult> {
    return new Promise((resolve, reject) => {
      if (this.#conditions.now.diskDelayMs > 0) {
        this.#disk.add({ writes, resolve, reject });
        return;
      }
      if (this.#waiting.length === 0) this.#time.soon(() => this.commit());
      this.#waiting.push({ writes, resolve, reject });
    });
  }

  /** Commits something that leaves nothing behind. Rejects with a DiskError where the volume takes no write. */
  async tryWrite(): Promise<void> {
    await this.submit([
      { op: 'put', table: 'trial', key: 'trial', item: {} },
      { op: 'delete', table: 'trial', key: 'trial' },
    ]).catch((error: Error) => {
      throw error.cause ?? error;
    });
  }

  /** Does at once what waits. */
  commit(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#disk.flush();
    this.#commit(waiting);
  }

  #commit(waiting: readonly Waiting[]): void {
    if (waiting.length === 0) return;
    const answers: (() => void)[] = [];
    try {
      this.#conditions.admit(() => this.#items.usedBytes());
      this.#items.together(() => {
        for (const { writes, resolve, reject } of waiting) {
          try {
            const result = this.#items.write(writes);
            answers.push(() => resolve(result));
          } catch (error) {
            // Where the storage gave up the whole transaction, the commit below fails for everyone.
            if (!this.#items.inTransaction) throw error;
            answers.push(() => reject(new RpcError('failed', String(error))));
          }
        }
      });
    } catch (error) {
      const code = error instanceof DiskError ? 'unwritable' : 'unknown';
      for (const { reject } of waiting) reject(new RpcError(code, String(error), { cause: error }));
      return;
    }
    for (const answer of answers) answer();
  }
}
