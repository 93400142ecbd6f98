import type { AtomicStore } from '../sheets/store.ts';
import type { AuroraSettings } from './contract.ts';

/** One generation's database, open in one role: a store, and the transaction around what arrived together. */
export interface GenerationStore {
  readonly store: AtomicStore;
  readonly pragmas: Readonly<Record<string, string | number>>;
  /** False where the storage gave the transaction up, and all of it. */
  readonly inTransaction: boolean;
  /** What the file holds, in bytes. */
  usedBytes(): number;
  /** From now on it grows to no more than this, as far as it can tell; null: without bound. */
  bound(bytesMax: number | null): void;
  begin(): void;
  /** Returns once it is on the disk. Throws where nobody knows whether it is. */
  commit(): void;
  rollback(): void;
  close(): void;
}

/** What the two instances of a cell's Aurora share: generations, of which the latest counts. */
export interface AuroraStorage {
  /** The current generation, 0 for an empty volume. It may not be whole yet. */
  current(): number;
  /** What a writer asks after every commit. Throws where the volume cannot be asked. */
  hasLaterThan(generation: number): boolean;
  isWhole(generation: number): boolean;
  /** Shows whoever cannot reach the writer that it lives. Where the storage takes nothing, nothing is shown. */
  beat(generation: number): void;
  /** Another number after every beat; 0 before the first, and where nobody can tell. */
  pulse(generation: number): number;
  /** Raises the generation durably; false where another instance raised it to this number first. */
  raise(generation: number): boolean;
  /** Fills a generation that was just raised: from the latest whole one before it, or with the seed. Throws where the copy is damaged. */
  make(generation: number, seed: AuroraSettings['seedTenants']): void;
  open(generation: number, role: 'writer' | 'reader'): GenerationStore;
  /** Empties the generations up to two before this one. */
  tidyBefore(generation: number): void;
}
