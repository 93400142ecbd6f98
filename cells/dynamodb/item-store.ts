import type { Item, Write, WriteResult } from './contract.ts';

export interface Keyed {
  readonly table: string;
  readonly key: string;
  readonly item: Item;
}

/** Items by table and key, whatever keeps them. */
export interface ItemStore {
  get(table: string, key: string): Item | null;
  /** All of the writes or none: the first whose condition does not hold is named, with what is there instead. */
  write(writes: readonly Write[]): WriteResult;
  /** One consistent read, in order of table and key. */
  scan(tables: readonly string[], prefix: string): Keyed[];
  count(): number;
  /** What is held, in bytes. */
  usedBytes(): number;
  /** Runs several writes as one commit. Throws where nothing of it stayed. */
  together(work: () => void): void;
  /** False where the storage gave up the commit under way, and all of it. */
  readonly inTransaction: boolean;
  close(): void;
}
