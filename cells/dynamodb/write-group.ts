import { RpcError } from '../protocol/rpc-error.ts';
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
  readonly #time: Pick<Time, 'soon'>;
  readonly #items: ItemStore;
  #waiting: Waiting[] = [];

  constructor(time: Pick<Time, 'soon'>, items: ItemStore) {
    this.#time = time;
    this.#items = items;
  }

  submit(writes: readonly Write[]): Promise<WriteResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#time.soon(() => this.commit());
      this.#waiting.push({ writes, resolve, reject });
    });
  }

  commit(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const answers: (() => void)[] = [];
    try {
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
      for (const { reject } of waiting) reject(new RpcError('unknown', String(error)));
      return;
    }
    for (const answer of answers) answer();
  }
}
