import Database from 'better-sqlite3';
import { applyPragmas, type Pragmas } from '../sqlite/pragmas.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { GenerationStore } from './storage.ts';

/** A generation in a SQLite file. */
export class SqliteGeneration implements GenerationStore {
  readonly store: SqliteStore;
  readonly pragmas: Pragmas;
  readonly #database: Database.Database;

  /** `pagesMax` bounds the file (SQLite's `max_page_count`): the volume's size, where it has one. */
  constructor(path: string, role: 'writer' | 'reader', limits: { readonly pagesMax?: number } = {}) {
    this.#database = new Database(path, { readonly: role === 'reader', fileMustExist: true });
    try {
      this.pragmas = applyPragmas(this.#database);
      if (limits.pagesMax !== undefined) this.#database.pragma(`max_page_count = ${limits.pagesMax}`);
      this.store = new SqliteStore(this.#database);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  begin(): void {
    this.#database.exec('BEGIN IMMEDIATE');
  }

  commit(): void {
    this.#database.exec('COMMIT');
  }

  rollback(): void {
    this.#database.exec('ROLLBACK');
  }

  close(): void {
    this.#database.close();
  }
}
