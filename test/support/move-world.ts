import Database from 'better-sqlite3';
import type { AuroraPort } from '../../cells/aurora-client/aurora-client.ts';
import type { Reads, Transactions } from '../../cells/aurora/contract.ts';
import { mapTables, type Write, type WriteResult } from '../../cells/dynamodb/contract.ts';
import { Items } from '../../cells/dynamodb/items.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { MemoryStore } from '../../cells/sheets/memory-store.ts';
import { reads } from '../../cells/sheets/reads.ts';
import { transactions } from '../../cells/sheets/transactions.ts';
import type { CellMap, TenantEntry } from '../../router/cell-map.ts';
import type { Books, MovePorts } from '../../sim/pilot/mover/ports.ts';

/** What happens at one call of a mover: nothing, or its process dies, or the answer gets lost. */
export type Mishap = 'dies-before' | 'dies-after' | 'not-sent' | 'unknown' | null;

/** A mover's process is gone: nothing of it runs on. */
export class Death extends Error {}

const tenant = 't01';

/** Every write is under a key of its own, so that a repetition is known. */
interface Acknowledged {
  readonly row: string;
  readonly key: string;
  readonly version: number;
}

/**
 * Cells a, b, c with real transactions over real stores, a real map store, two routers (one never hears of anything by itself),
 * clients that write through both, relays and workers: all of it moves on a little at each call that a mover makes.
 */
export class MoveWorld {
  readonly cells: Readonly<Record<string, Cell>> = { a: new Cell(), b: new Cell(), c: new Cell() };
  readonly items = new Items(new Database(':memory:'));
  readonly events: { kind: string; [field: string]: unknown }[] = [];
  readonly acknowledged: Acknowledged[] = [];
  /** Calls that movers have made so far. */
  calls = 0;
  nowMs = 0;
  mishapAt: (call: number, target: string) => Mishap = () => null;
  fence = true;
  /** Movers that have died so far. */
  deaths = 0;
  /** The second router goes by its first map for ever. */
  deaf = false;
  #names = 0;
  #writes = 0;
  #routers: CellMap[];

  constructor() {
    const entry: TenantEntry = { cell: 'a', epoch: 1, override: null };
    this.items.write([
      { op: 'put', table: mapTables.tenants, key: tenant, item: { ...entry } },
      { op: 'put', table: mapTables.meta, key: 'map', item: { version: 1 } },
    ]);
    this.cells['a']!.tx('tenant.put', { tenant, epoch: 1 });
    this.#routers = [this.map(), this.map()];
    for (let index = 1; index <= 3; index++) this.write(0);
    for (const id of ['j1', 'j2', 'dead']) this.submit(id);
    this.cells['a']!.tx('job.dead', { id: 'dead', epoch: 1, reason: 'poison', nowMs: 1 });
  }

  map(): CellMap {
    const tenants: Record<string, TenantEntry> = {};
    for (const { key, item } of this.items.scan([mapTables.tenants], '')) tenants[key] = item as unknown as TenantEntry;
    return { version: Number(this.items.get(mapTables.meta, 'map')?.['version']), tenants };
  }

  get entry(): TenantEntry {
    return this.map().tenants[tenant]!;
  }

  /** The ports of one mover's process; a death of it ends every call that it makes later. */
  ports(): MovePorts {
    let dead = false;
    const die = (): never => {
      dead = true;
      this.deaths += 1;
      throw new Death();
    };
    const call = async <T>(target: string, work: () => T): Promise<T> => {
      if (dead) return new Promise(() => {});
      this.calls += 1;
      this.live();
      const mishap = this.mishapAt(this.calls, target);
      if (mishap === 'not-sent') throw new RpcError('not-sent', `${target} is gone`);
      if (mishap === 'dies-before') die();
      const result = work();
      if (mishap === 'unknown') throw new RpcError('unknown', `${target} did not answer`);
      if (mishap === 'dies-after') die();
      return result;
    };
    return {
      books: this.#books(call),
      aurora: (cell) => this.cells[cell]?.port(cell, call) ?? null,
      routers: {
        push: () => call('router', () => void (this.#routers[0] = this.map())).catch(ignoreBut(Death)),
        inFlight: () => call('router', () => 0),
      },
      events: { record: (kind, fields) => void (dead || this.events.push({ kind, ...fields })) },
      wait: async (ms) => {
        if (dead) return new Promise(() => {});
        this.nowMs += ms;
        await Promise.resolve();
      },
      nowMs: () => this.nowMs,
      newId: () => `id-${++this.#names}`,
    };
  }

  /** A little of everything else that goes on. */
  live(): void {
    this.write(this.#writes % 2);
    for (const cell of Object.values(this.cells)) cell.work(this.fence);
  }

  /** What the clients of one router see: a write, or its refusal, or a 421 after which that router looks at the map. */
  write(router: number): void {
    this.#writes += 1;
    const row = `r${this.#writes % 7}`;
    const key = `k${this.#writes}`;
    const entry = this.#routers[router]?.tenants[tenant] ?? this.entry;
    if (entry.override === 'moving') return void (this.#routers[router] = this.map());
    const isDeaf = this.deaf && router === 1;
    const put = this.cells[entry.cell]!.tx('row.put', {
      ...{ tenant, epoch: this.fence ? entry.epoch : null, sheet: 's', row, value: key, key, bodyHash: key },
    });
    if (put.kind === 'ok') this.acknowledged.push({ row, key, version: put.version });
    else if (!isDeaf) this.#routers[router] = this.map();
  }

  submit(id: string): void {
    this.cells['a']!.tx('job.submit', {
      ...{ tenant, epoch: 1, id, kind: 'recalc', sheet: 's', units: 1, queue: 'standard' },
      ...{ key: `of ${id}`, bodyHash: id, nowMs: 1 },
    });
  }

  #books(call: <T>(target: string, work: () => T) => Promise<T>): Books {
    let current: CellMap | null = null;
    return {
      get current() {
        return current;
      },
      read: () => call('map', () => (current = this.map())),
      tenant: (id) => call('map', () => this.map().tenants[id] ?? null),
      get: (table, key) => call('map', () => this.items.get(table, key)),
      scan: (table) => call('map', () => this.items.scan([table], '')),
      write: (writes: readonly Write[]): Promise<WriteResult> => call('map', () => this.items.write(writes)),
    };
  }
}

/** One cell: its Aurora, a queue that keeps what it was given, and a worker that takes its time. */
class Cell {
  readonly #store = new MemoryStore();
  readonly #queue: string[] = [];
  readonly effects: string[] = [];
  #inHand: { readonly id: string; readonly epoch: number | null } | null = null;

  tx<Name extends keyof Transactions>(name: Name, args: Transactions[Name]['args']): Transactions[Name]['result'] {
    return this.#store.atomically(() => transactions[name](this.#store, args));
  }

  read<Name extends keyof Reads>(name: Name, args: Reads[Name]['args']): Reads[Name]['result'] {
    return reads[name](this.#store, args);
  }

  port(cell: string, call: <T>(target: string, work: () => T) => Promise<T>): AuroraPort {
    return {
      tx: (name, args) => call(cell, () => this.tx(name, args)),
      read: (name, args) => call(cell, () => this.read(name, args)),
    };
  }

  /** Relays what waits, ends what it has in hand, begins something else. */
  work(fence: boolean): void {
    const { rows } = this.read('outbox.waiting', { limit: 100 });
    this.#queue.push(...rows.filter(({ job }) => job.state === 'open').map(({ job }) => job.id));
    this.tx('outbox.delivered', { ids: rows.map(({ id }) => id) });
    if (this.#inHand) {
      const finish = { ...this.#inHand, computed: null, result: null, nowMs: 2 };
      if (this.tx('job.finish', finish).kind === 'ok') this.effects.push(this.#inHand.id);
      this.#inHand = null;
      return;
    }
    const id = this.#queue.shift();
    const received = id === undefined ? null : this.read('job.receive', { tenant, id, fence });
    if (id !== undefined && received?.kind === 'ok' && received.job.state === 'open')
      this.#inHand = { id, epoch: fence ? received.epoch : null };
  }
}

function ignoreBut(kind: typeof Death) {
  return (error: unknown): void => {
    if (error instanceof kind) throw error;
  };
}
