import { mapTables, type Item, type Write, type WriteResult } from '../../cells/dynamodb/contract.ts';
import type { RpcClient } from '../../cells/protocol/rpc.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { Runtime } from '../../cells/runtime/runtime.ts';
import type { CellMap, TenantEntry } from '../../router/cell-map.ts';
import type { Books } from './mover/ports.ts';
import { isOverride } from '../../router/map-validate.ts';

const callMs = 1500;

interface Scanned {
  readonly items: readonly { readonly table: string; readonly key: string; readonly item: Item }[];
}

/** The cell map in its store, as control reads and changes it. Every call rejects with `unavailable` where the store does not answer. */
export class MapStore implements Books {
  readonly #client: RpcClient;
  #current: CellMap | null = null;
  #previous: CellMap | null = null;

  constructor(runtime: Runtime, endpoint: Endpoint, token: string, onConnect: () => void) {
    this.#client = runtime.connect({ connect: endpoint, token, reconnect: true, onConnect });
  }

  get reachable(): boolean {
    return this.#client.connected;
  }

  /** The map as it was read last; null before the first time. */
  get current(): CellMap | null {
    return this.#current;
  }

  /** The map before its last change that was seen. Before any change: the same tenants under the version before. */
  get previous(): CellMap | null {
    return this.#previous ?? (this.#current && { ...this.#current, version: this.#current.version - 1 });
  }

  /** Reads the whole map at one moment. */
  async read(): Promise<CellMap> {
    const scan = { table: mapTables.tenants, tables: [mapTables.tenants, mapTables.meta] };
    const { items } = await this.#call<Scanned>('scan', scan);
    const meta = items.find(({ table, key }) => table === mapTables.meta && key === 'map');
    const tenants: Record<string, TenantEntry> = {};
    for (const { table, key, item } of items) if (table === mapTables.tenants) tenants[key] = entryOf(item);
    const map = { version: Number(meta?.item.version ?? 0), tenants };
    if (this.#current && map.version > this.#current.version) this.#previous = this.#current;
    if (!this.#current || map.version >= this.#current.version) this.#current = map;
    return map;
  }

  async tenant(id: string): Promise<TenantEntry | null> {
    const item = await this.get(mapTables.tenants, id);
    return item && entryOf(item);
  }

  async get(table: string, key: string): Promise<Item | null> {
    return (await this.#call<{ item: Item | null }>('get', { table, key })).item;
  }

  /** A whole table, read at one moment, in order of the key. */
  async scan(table: string): Promise<readonly { readonly key: string; readonly item: Item }[]> {
    return (await this.#call<Scanned>('scan', { table })).items;
  }

  write(writes: readonly Write[]): Promise<WriteResult> {
    return this.#call<WriteResult>('write', { writes });
  }

  /** Writes a tenant's entry where the map still says `before`, and raises the version. False: it says something else by now. */
  async change(id: string, before: TenantEntry | null, entry: TenantEntry): Promise<boolean> {
    const condition = before ? ({ kind: 'equals', fields: { ...before } } as const) : ({ kind: 'absent' } as const);
    const writes: Write[] = [
      { op: 'put', table: mapTables.tenants, key: id, item: { ...entry }, if: condition },
      { op: 'add', table: mapTables.meta, key: 'map', field: 'version', by: 1 },
    ];
    return (await this.write(writes)).ok;
  }

  close(): void {
    this.#client.close();
  }

  async #call<T>(method: string, args: unknown): Promise<T> {
    try {
      return await this.#client.call<T>(method, args, callMs);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const hint = 'the routers go on with the map they have; petri restart map brings it back';
      const doubt =
        method === 'write' && error.code === 'unknown' ? ' Whether the change was taken is not known: repeat it.' : '';
      throw new RpcError(
        'unavailable',
        `the map does not answer, so nothing can be placed or changed now: ${hint}.${doubt}`,
        {
          cause: error,
        },
      );
    }
  }
}

function entryOf(item: Item): TenantEntry {
  const override = isOverride(item['override']) ? item['override'] : null;
  return { cell: String(item['cell']), epoch: Number(item['epoch']), override };
}
