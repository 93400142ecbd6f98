import Database from 'better-sqlite3';
import { schemaSql } from '../../../cells/aurora/schema.ts';
import { SqliteStore } from '../../../cells/aurora/sqlite-store.ts';
import { MemoryStore } from '../../../cells/sheets/memory-store.ts';
import type { AtomicStore } from '../../../cells/sheets/store.ts';

/** Every store there is: the suites run on all of them alike. */
export const stores: Readonly<Record<string, () => AtomicStore>> = {
  memory: () => new MemoryStore(),
  sqlite() {
    const database = new Database(':memory:');
    database.pragma('foreign_keys = ON');
    database.exec(schemaSql);
    return new SqliteStore(database);
  },
};
