import Database from 'better-sqlite3';
import { applyPragmas, type Pragmas } from '../sqlite/pragmas.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { GenerationStore } from './storage.ts';

/** SQLite's own bound, which is none in practice. */
const pagesMax = 4_294_967_294;

/** A generation in a SQLite file. */
export class SqliteGeneration implements GenerationStore {
  readonly store: SqliteStore;
  readonly pragmas: Pragmas;
  readonly #database: Database.Database;

  constructor(path: string, role: 'writer' | 'reader') {
    this.#database = new Database(path, { readonly: role === 'reader', fileMustExist: true });
    try {
      this.pragmas = applyPragmas(this.#database);
      this.store = new SqliteStore(this.#database);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  usedBytes(): number {
    return this.#number('page_count') * this.#number('page_size');
  }

  bound(bytesMax: number | null): void {
    const pages = bytesMax === null ? pagesMax : Math.max(1, Math.floor(bytesMax / this.#number('page_size')));
    this.#database.pragma(`max_page_count = ${pages}`);
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

  #number(pragma: 'page_count' | 'page_size'): number {
    return this.#database.pragma(pragma, { simple: true }) as number;
  }
}
