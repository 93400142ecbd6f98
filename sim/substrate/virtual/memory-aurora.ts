import type { AuroraSettings } from '../../../cells/aurora/contract.ts';
import type { AuroraStorage, GenerationStore } from '../../../cells/aurora/storage.ts';
import { MemoryStore } from '../../../cells/sheets/memory-store.ts';

/** Room that a row, a job or a key takes on a disk, in bytes: what a volume's size is counted against. */
const bytesPerChange = 512;

interface Kept {
  store: MemoryStore;
  whole: boolean;
  /** What takes each commit back that the disk has not taken yet, oldest first. */
  unsynced: (() => void)[];
  changes: number;
  pulse: number;
  /** Takes back what is in no commit yet. */
  uncommitted: (() => void) | null;
}

/**
 * The volume of a cell's Aurora in virtual time: what it keeps outlives the instances that open it. A commit is on the disk once
 * it was synced; a loss of power takes back every commit after the last sync, which is what SQLite's WAL recovers to.
 */
export class MemoryVolume {
  readonly #generations = new Map<number, Kept>();

  /** Drops what the disk has not taken; how many commits that were. */
  powerLoss(): number {
    let dropped = 0;
    for (const kept of this.#generations.values()) {
      dropped += kept.unsynced.length;
      for (const takeBack of kept.unsynced.toReversed()) takeBack();
      kept.unsynced = [];
    }
    return dropped;
  }

  /** Everything is gone; how many generations that were. */
  wipe(): number {
    const count = this.#generations.size;
    this.#generations.clear();
    return count;
  }

  get generations(): Map<number, Kept> {
    return this.#generations;
  }
}

/** One instance's view of the volume that both share. */
export class MemoryStorage implements AuroraStorage {
  readonly #volume: MemoryVolume;

  constructor(volume: MemoryVolume) {
    this.#volume = volume;
  }

  current(): number {
    return Math.max(0, ...this.#volume.generations.keys());
  }

  hasLaterThan(generation: number): boolean {
    return this.#volume.generations.has(generation + 1);
  }

  isWhole(generation: number): boolean {
    return this.#volume.generations.get(generation)?.whole ?? false;
  }

  beat(generation: number): void {
    const kept = this.#volume.generations.get(generation);
    if (kept) kept.pulse++;
  }

  pulse(generation: number): number {
    return this.#volume.generations.get(generation)?.pulse ?? 0;
  }

  raise(generation: number): boolean {
    if (this.#volume.generations.has(generation)) return false;
    this.#volume.generations.set(generation, {
      store: new MemoryStore(),
      whole: false,
      unsynced: [],
      changes: 0,
      pulse: 0,
      uncommitted: null,
    });
    return true;
  }

  make(generation: number, seed: AuroraSettings['seedTenants']): void {
    const kept = this.#of(generation);
    const whole = [...this.#volume.generations].filter(([number, each]) => number < generation && each.whole);
    const source = whole.toSorted(([a], [b]) => b - a)[0]?.[1];
    if (source) {
      // What a writer has begun and not committed is in no copy, and is gone if it is dead.
      source.uncommitted?.();
      source.uncommitted = null;
      kept.store = source.store.copy();
      kept.changes = source.changes;
    } else for (const { id, epoch } of seed) kept.store.putTenant(id, epoch, 'home');
    kept.whole = true;
  }

  open(generation: number, _role: 'writer' | 'reader'): GenerationStore {
    return new MemoryGeneration(this.#of(generation));
  }

  tidyBefore(generation: number): void {
    for (const [number, kept] of this.#volume.generations) {
      if (number < generation - 1) Object.assign(kept, { store: new MemoryStore(), whole: false, unsynced: [] });
    }
  }

  #of(generation: number): Kept {
    const kept = this.#volume.generations.get(generation);
    if (!kept) throw new Error(`there is no generation ${generation}`);
    return kept;
  }
}

class MemoryGeneration implements GenerationStore {
  readonly #kept: Kept;
  readonly pragmas = { journal_mode: 'memory', synchronous: 'full' };
  #takeBack: (() => void) | null = null;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  get store(): MemoryStore {
    return this.#kept.store;
  }

  get inTransaction(): boolean {
    return this.#takeBack !== null;
  }

  usedBytes(): number {
    return this.#kept.changes * bytesPerChange;
  }

  /** The conditions of the part keep the bound: memory itself has none. */
  bound(): void {}

  begin(): void {
    this.#takeBack = this.#kept.store.begin();
    this.#kept.uncommitted = this.#takeBack;
  }

  commit(): void {
    const takeBack = this.#takeBack;
    if (!takeBack) return;
    this.#takeBack = null;
    this.#kept.uncommitted = null;
    this.#kept.store.end();
    this.#kept.changes++;
    this.#kept.unsynced.push(takeBack);
    this.sync();
  }

  /** `synchronous = FULL`: with every commit. */
  sync(): void {
    this.#kept.unsynced = [];
  }

  rollback(): void {
    const takeBack = this.#takeBack;
    this.#takeBack = null;
    this.#kept.uncommitted = null;
    this.#kept.store.end();
    takeBack?.();
  }

  close(): void {
    if (this.#takeBack) this.rollback();
  }
}
