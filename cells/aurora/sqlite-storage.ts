import type { AuroraSettings } from './contract.ts';
import { isOfEarlierVersion, makeGeneration } from './make-generation.ts';
import { SqliteGeneration } from './sqlite-generation.ts';
import type { AuroraStorage, GenerationStore } from './storage.ts';
import { Volume } from './volume.ts';

/** A folder with a SQLite file for each generation. */
export class SqliteStorage implements AuroraStorage {
  readonly #volume: Volume;
  /** The generation whose tables were last seen to be of this version. */
  #current = 0;

  constructor(folder: string) {
    this.#volume = new Volume(folder);
  }

  current(): number {
    return this.#volume.current();
  }

  hasLaterThan(generation: number): boolean {
    return this.#volume.hasLaterThan(generation);
  }

  /** One whose tables are of an earlier version is not: whoever promotes makes a generation of it that is. */
  isWhole(generation: number): boolean {
    if (!this.#volume.isWhole(generation)) return false;
    if (generation === this.#current) return true;
    if (isOfEarlierVersion(this.#volume.databaseOf(generation))) return false;
    this.#current = generation;
    return true;
  }

  beat(generation: number): void {
    this.#volume.beat(generation);
  }

  pulse(generation: number): number {
    return this.#volume.pulse(generation);
  }

  raise(generation: number): boolean {
    return this.#volume.raise(generation);
  }

  make(generation: number, seed: AuroraSettings['seedTenants']): void {
    makeGeneration(this.#volume, generation, seed);
  }

  open(generation: number, role: 'writer' | 'reader'): GenerationStore {
    return new SqliteGeneration(this.#volume.databaseOf(generation), role);
  }

  tidyBefore(generation: number): void {
    this.#volume.tidyBefore(generation);
  }
}
