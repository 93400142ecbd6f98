import type { DynamodbPort } from '../../cells/dynamodb-client/dynamodb-client.ts';
import type { CellPolicies } from '../../cells/policies.ts';

/** Brings the policies into every cell's DynamoDB, also into those that do not answer at first. */
export class PolicyWriter {
  readonly #stores: ReadonlyMap<string, DynamodbPort>;
  #policies: CellPolicies | null = null;
  /** Cells that have not taken the newest policies yet. */
  #missing = new Set<string>();

  constructor(stores: ReadonlyMap<string, DynamodbPort>) {
    this.#stores = stores;
  }

  /** Resolves when each cell has been tried once. */
  async set(policies: CellPolicies): Promise<void> {
    this.#policies = policies;
    this.#missing = new Set(this.#stores.keys());
    await this.retry();
  }

  /** Tries the cells again that are still missing; called every second. */
  async retry(): Promise<void> {
    const policies = this.#policies;
    if (!policies) return;
    await Promise.all(
      [...this.#missing].map(async (cell) => {
        const item = { ...policies };
        const written = await this.#stores
          .get(cell)
          ?.write([{ op: 'put', table: 'config', key: 'policies', item }])
          .catch(() => null);
        // Newer policies may have come meanwhile; then this cell is still missing.
        if (written?.ok && this.#policies === policies) this.#missing.delete(cell);
      }),
    );
  }
}
