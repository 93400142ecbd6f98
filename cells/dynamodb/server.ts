import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { applyPragmas } from '../sqlite/pragmas.ts';
import { serveFramed } from '../protocol/server.ts';
import type { PartContext, RunningPart } from '../runtime/part.ts';
import type { DynamodbSettings, Write, WriteResult } from './contract.ts';
import { Items } from './items.ts';
import { WriteGroup } from './write-group.ts';

interface ScanArgs {
  readonly table?: string;
  readonly tables?: readonly string[];
  readonly prefix?: string;
}

/** Serves conditional writes over one SQLite file in the volume. An empty volume is filled with the seed first, all or nothing. */
export async function startDynamodb({ config, events }: PartContext<DynamodbSettings>): Promise<RunningPart> {
  if (!config.listen || !config.volume) throw new Error(`${config.address} needs listen and volume`);
  mkdirSync(config.volume, { recursive: true, mode: 0o700 });
  const database = new Database(join(config.volume, 'dynamodb.db'));
  const pragmas = applyPragmas(database, config.settings.durability ?? 'full');
  const items = new Items(database);
  if (database.pragma('user_version', { simple: true }) === 0) {
    database.transaction(() => {
      items.write(config.settings.seed.map((keyed): Write => ({ op: 'put', ...keyed })));
      // Marks the volume as seeded, so that a table that was emptied on purpose stays empty.
      database.pragma('user_version = 1');
    })();
  }

  const group = new WriteGroup(database, items);
  const server = await serveFramed({
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
      await setImmediate(); // The last group's answers are written before their connections go.
      await server.close();
      database.close();
      events.flush();
    },
  };
}
