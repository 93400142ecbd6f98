import { holds } from './condition.ts';
import type { Item, Write, WriteResult } from './contract.ts';
import type { ItemStore, Keyed } from './item-store.ts';

/** Items in memory, for virtual time. What it keeps outlives whoever opened it, as a file would. */
export class MemoryItems implements ItemStore {
  readonly #tables = new Map<string, Map<string, Item>>();
  readonly inTransaction = true;

  get(table: string, key: string): Item | null {
    return this.#tables.get(table)?.get(key) ?? null;
  }

  write(writes: readonly Write[]): WriteResult {
    const before: { readonly table: string; readonly key: string; readonly item: Item | null }[] = [];
    for (const [index, write] of writes.entries()) {
      const current = this.get(write.table, write.key);
      if ('if' in write && write.if && !holds(write.if, current)) {
        for (const { table, key, item } of before.toReversed()) this.#set(table, key, item);
        return { ok: false, failed: index, current: this.get(write.table, write.key) };
      }
      before.push({ table: write.table, key: write.key, item: current });
      this.#apply(write, current);
    }
    return { ok: true };
  }

  scan(tables: readonly string[], prefix: string): Keyed[] {
    return tables.flatMap((table) =>
      [...(this.#tables.get(table) ?? [])]
        .filter(([key]) => key.startsWith(prefix))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => ({ table, key, item })),
    );
  }

  count(): number {
    let count = 0;
    for (const items of this.#tables.values()) count += items.size;
    return count;
  }

  usedBytes(): number {
    let bytes = 0;
    for (const items of this.#tables.values()) {
      for (const [key, item] of items) bytes += key.length + JSON.stringify(item).length;
    }
    return bytes;
  }

  together(work: () => void): void {
    work();
  }

  close(): void {}

  #apply(write: Write, current: Item | null): void {
    const { table, key } = write;
    if (write.op === 'delete') this.#set(table, key, null);
    else if (write.op === 'put') this.#set(table, key, write.item);
    else if (write.op === 'add') {
      const before = current?.[write.field] ?? 0;
      if (typeof before !== 'number') throw new TypeError(`${table}/${key}.${write.field} is not a number`);
      this.#set(table, key, { ...current, [write.field]: before + write.by });
    }
  }

  #set(table: string, key: string, item: Item | null): void {
    let items = this.#tables.get(table);
    if (!items) this.#tables.set(table, (items = new Map()));
    if (item === null) items.delete(key);
    else items.set(key, item);
  }
}
