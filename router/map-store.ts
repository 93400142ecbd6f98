import { mapTables, type Item } from '../cells/dynamodb/contract.ts';
import type { RpcClient } from '../cells/protocol/rpc.ts';
import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { Runtime } from '../cells/runtime/runtime.ts';

const callMs = 900;

/** The map's store, as a router reads it. Calls reject with an RpcError where it does not answer. */
export class MapStore {
  readonly #client: RpcClient;

  constructor(runtime: Pick<Runtime, 'connect'>, endpoint: Endpoint, token: string, onConnect: () => void) {
    this.#client = runtime.connect({ connect: endpoint, token, reconnect: true, onConnect });
  }

  /** The version of the map, -1 where the store has none. Cheap. */
  async version(): Promise<number> {
    const args = { table: mapTables.meta, key: 'map' };
    const { item } = await this.#client.call<{ readonly item: Item | null }>('get', args, callMs);
    return typeof item?.['version'] === 'number' ? item['version'] : -1;
  }

  /** The whole map, read at one moment; not checked. */
  async read(): Promise<unknown> {
    const args = { table: mapTables.tenants, tables: [mapTables.tenants, mapTables.meta] };
    const { items } = await this.#client.call<{
      readonly items: readonly { readonly table: string; readonly key: string; readonly item: Item }[];
    }>('scan', args, callMs);
    let version: unknown = null;
    const tenants: Record<string, Item> = Object.create(null) as Record<string, Item>;
    for (const { table, key, item } of items) {
      if (table === mapTables.tenants) tenants[key] = item;
      else if (key === 'map') version = item['version'];
    }
    return { version, tenants };
  }

  close(): void {
    this.#client.close();
  }
}
