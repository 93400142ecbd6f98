import type { Item, Write, WriteResult } from '../dynamodb/contract.ts';
import type { RpcClient } from '../protocol/rpc.ts';
import { RpcError } from '../protocol/rpc-error.ts';
import type { Endpoint } from '../runtime/part-config.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Time } from '../runtime/time.ts';

/** A cell's table store, which the cell can do without: every call rejects with an {@link RpcError} where it is gone. */
export interface DynamodbPort {
  get(table: string, key: string): Promise<Item | null>;
  write(writes: readonly Write[]): Promise<WriteResult>;
}

/** After a call ran into its time nobody waits for the store again for so long, in milliseconds. */
const backOffMs = 1000;

/** Fails fast: a store that hangs costs one request its timeout, not every request. */
export class DynamodbClient implements DynamodbPort {
  readonly #client: RpcClient;
  readonly #time: Time;
  readonly #timeoutMs: number;
  #silentUntilMs = 0;

  constructor(runtime: Pick<Runtime, 'connect' | 'time'>, endpoint: Endpoint, token: string, timeoutMs: number) {
    this.#time = runtime.time;
    this.#client = runtime.connect({ connect: endpoint, token, reconnect: true });
    this.#timeoutMs = timeoutMs;
  }

  async get(table: string, key: string): Promise<Item | null> {
    const { item } = await this.#call<{ item: Item | null }>('get', { table, key });
    return item;
  }

  write(writes: readonly Write[]): Promise<WriteResult> {
    return this.#call<WriteResult>('write', { writes });
  }

  close(): void {
    this.#client.close();
  }

  async #call<T>(method: string, args: unknown): Promise<T> {
    if (this.#time.monotonicMs() < this.#silentUntilMs) throw new RpcError('not-sent', 'the store does not answer');
    try {
      return await this.#client.call<T>(method, args, this.#timeoutMs);
    } catch (error) {
      if (error instanceof RpcError && error.code === 'unknown')
        this.#silentUntilMs = this.#time.monotonicMs() + backOffMs;
      throw error;
    }
  }
}
