import type { AuroraSettings } from './contract.ts';
import { makeGeneration } from './make-generation.ts';
import { SqliteGeneration } from './sqlite-generation.ts';
import type { AuroraStorage, GenerationStore } from './storage.ts';
import { Volume } from './volume.ts';

/** A folder with a SQLite file for each generation. */
export class SqliteStorage implements AuroraStorage {
  readonly #volume: Volume;
  readonly #limits: { readonly pagesMax?: number };

  /** `pagesMax` bounds each file: the volume's size, where it has one. */
  constructor(folder: string, limits: { readonly pagesMax?: number } = {}) {
    this.#volume = new Volume(folder);
    this.#limits = limits;
  }

  current(): number {
    return this.#volume.current();
  }

  hasLaterThan(generation: number): boolean {
    return this.#volume.hasLaterThan(generation);
  }

  isWhole(generation: number): boolean {
    return this.#volume.isWhole(generation);
  }

  raise(generation: number): boolean {
    return this.#volume.raise(generation);
  }

  make(generation: number, seed: AuroraSettings['seedTenants']): void {
    makeGeneration(this.#volume, generation, seed);
  }

  open(generation: number, role: 'writer' | 'reader'): GenerationStore {
    return new SqliteGeneration(this.#volume.databaseOf(generation), role, this.#limits);
  }

  tidyBefore(generation: number): void {
    this.#volume.tidyBefore(generation);
  }
}
