import type { Database } from 'better-sqlite3';
import { holds } from './condition.ts';
import type { Item, Write, WriteResult } from './contract.ts';
import type { ItemStore, Keyed } from './item-store.ts';

/** Longest JSON text of one item, in bytes of UTF-8. */
const itemBytesMax = 64 * 1024;

const schemaSql = `
CREATE TABLE IF NOT EXISTS items (
  table_name TEXT NOT NULL, key TEXT NOT NULL, item_json TEXT NOT NULL, PRIMARY KEY (table_name, key)
) STRICT, WITHOUT ROWID;`;

/** Items over one SQLite connection, with writes that are checked and done in one transaction. */
export class Items implements ItemStore {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(database: Database) {
    this.#database = database;
    database.exec(schemaSql);
    this.#statements = prepareAll(database);
  }

  get(table: string, key: string): Item | null {
    const text = this.#statements.get.get(table, key) as string | undefined;
    return text === undefined ? null : (JSON.parse(text) as Item);
  }

  write(writes: readonly Write[]): WriteResult {
    const { savepoint, release, rollbackTo } = this.#statements;
    savepoint.run();
    try {
      for (const [index, write] of writes.entries()) {
        const current = this.get(write.table, write.key);
        if ('if' in write && write.if && !holds(write.if, current)) {
          rollbackTo.run();
          release.run();
          // What this very call wrote before was rolled back, and is not what is there.
          return { ok: false, failed: index, current: this.get(write.table, write.key) };
        }
        this.#apply(write, current);
      }
      release.run();
      return { ok: true };
    } catch (error) {
      if (this.#database.inTransaction) {
        rollbackTo.run();
        release.run();
      }
      throw error;
    }
  }

  scan(tables: readonly string[], prefix: string): Keyed[] {
    const texts = tables.map((table) => ({ table, found: this.#statements.scan.all(table, prefix, prefix) }));
    return texts.flatMap(({ table, found }) =>
      (found as { key: string; text: string }[]).map(({ key, text }) => ({
        table,
        key,
        item: JSON.parse(text) as Item,
      })),
    );
  }

  count(): number {
    return this.#statements.count.get() as number;
  }

  usedBytes(): number {
    const [pages, bytes] = (['page_count', 'page_size'] as const).map((name) =>
      Number(this.#database.pragma(name, { simple: true })),
    );
    return (pages ?? 0) * (bytes ?? 0);
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  together(work: () => void): void {
    this.#database.transaction(work)();
  }

  close(): void {
    this.#database.close();
  }

  #apply(write: Write, current: Item | null): void {
    const { table, key } = write;
    if (write.op === 'delete') this.#statements.remove.run(table, key);
    else if (write.op === 'put') this.#put(table, key, write.item);
    else if (write.op === 'add') {
      const before = current?.[write.field] ?? 0;
      if (typeof before !== 'number') throw new TypeError(`${table}/${key}.${write.field} is not a number`);
      this.#put(table, key, { ...current, [write.field]: before + write.by });
    }
  }

  #put(table: string, key: string, item: Item): void {
    const text = JSON.stringify(item);
    if (Buffer.byteLength(text) > itemBytesMax) throw new RangeError(`${table}/${key} is over ${itemBytesMax} bytes`);
    this.#statements.put.run(table, key, text);
  }
}

function prepareAll(database: Database) {
  return {
    savepoint: database.prepare('SAVEPOINT one'),
    release: database.prepare('RELEASE one'),
    rollbackTo: database.prepare('ROLLBACK TO one'),
    get: database.prepare('SELECT item_json FROM items WHERE table_name = ? AND key = ?').pluck(),
    put: database.prepare(`INSERT INTO items (table_name, key, item_json) VALUES (?, ?, ?)
      ON CONFLICT (table_name, key) DO UPDATE SET item_json = excluded.item_json`),
    remove: database.prepare('DELETE FROM items WHERE table_name = ? AND key = ?'),
    scan: database.prepare(`SELECT key, item_json AS text FROM items
      WHERE table_name = ? AND substr(key, 1, length(?)) = ? ORDER BY key`),
    count: database.prepare('SELECT count(*) FROM items').pluck(),
  };
}
