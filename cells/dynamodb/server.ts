import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { applyPragmas } from '../sqlite/pragmas.ts';
import type { PartConfig } from '../runtime/part-config.ts';
import type { PartContext, RunningPart } from '../runtime/part.ts';
import { wait } from '../runtime/time.ts';
import type { DynamodbSettings, Write, WriteResult } from './contract.ts';
import type { ItemStore } from './item-store.ts';
import { Items } from './items.ts';
import { WriteGroup } from './write-group.ts';

interface ScanArgs {
  readonly table?: string;
  readonly tables?: readonly string[];
  readonly prefix?: string;
}

/** Opens what a volume keeps, filled with the seed where it is new: all of it or nothing. */
export type OpenItems = (config: PartConfig<DynamodbSettings>) => {
  readonly items: ItemStore;
  readonly pragmas: Readonly<Record<string, string | number>>;
};

/** Serves conditional writes over the items of its volume. */
export async function startDynamodb(
  { config, runtime }: PartContext<DynamodbSettings>,
  open: OpenItems = openSqlite,
): Promise<RunningPart> {
  if (!config.listen) throw new Error(`${config.address} needs listen`);
  const { items, pragmas } = open(config);
  const group = new WriteGroup(runtime.time, items, runtime.conditions);
  runtime.conditions.keeps({ usedBytes: () => items.usedBytes(), tryWrite: () => group.tryWrite() });
  const server = await runtime.serve({
    listen: { host: config.listen.host, port: config.listen.port },
    token: config.token,
    handlers: {
      get: ({ table, key }: { table: string; key: string }) => ({ item: items.get(table, key) }),
      write: ({ writes }: { writes: readonly Write[] }): Promise<WriteResult> => group.submit(writes),
      scan: ({ table, tables, prefix }: ScanArgs) => ({
        items: items.scan([...new Set([...(table === undefined ? [] : [table]), ...(tables ?? [])])], prefix ?? ''),
      }),
      status: () => ({ items: items.count(), pragmas }),
    },
  });
  return {
    async stop() {
      group.commit();
      await wait(runtime.time, 0); // The last group's answers are written before their connections go.
      await server.close();
      items.close();
    },
  };
}

/** One SQLite file in the volume. */
const openSqlite: OpenItems = ({ address, volume, settings }) => {
  if (volume === null) throw new Error(`${address} needs a volume`);
  mkdirSync(volume, { recursive: true, mode: 0o700 });
  const database = new Database(join(volume, 'dynamodb.db'));
  const pragmas = applyPragmas(database, settings.durability ?? 'full');
  const items = new Items(database);
  if (database.pragma('user_version', { simple: true }) === 0) {
    database.transaction(() => {
      items.write(settings.seed.map((keyed): Write => ({ op: 'put', ...keyed })));
      // Marks the volume as seeded, so that a table that was emptied on purpose stays empty.
      database.pragma('user_version = 1');
    })();
  }
  return { items, pragmas };
};
