import Database from 'better-sqlite3';
import { SqliteStore } from './sqlite-store.ts';
import { copyDatabase, removeDatabase, settleDatabase } from './copy.ts';
import type { AuroraSettings } from './contract.ts';
import { schemaSql, schemaVersion, schemaVersionOf, upgradeSchema } from './schema.ts';
import type { Volume } from './volume.ts';

/**
 * Fills a generation that was just raised: from the latest whole one before it, or with the seed where there is none.
 * The source is chosen after the raise, so that it holds everything that anyone could still acknowledge.
 */
export function makeGeneration(volume: Volume, generation: number, seed: AuroraSettings['seedTenants']): void {
  const source = volume.sourceFor(generation);
  if (source === null) createDatabase(volume.temporaryOf(generation), seed);
  else {
    copyDatabase(volume.databaseOf(source), volume.temporaryOf(generation));
    upgradeDatabase(volume.temporaryOf(generation));
  }
  volume.publish(generation);
}

function createDatabase(path: string, seed: AuroraSettings['seedTenants']): void {
  removeDatabase(path);
  const database = new Database(path);
  try {
    database.pragma('synchronous = FULL');
    database.transaction(() => {
      database.exec(schemaSql);
      const store = new SqliteStore(database);
      for (const { id, epoch } of seed) store.putTenant(id, epoch, 'home');
    })();
  } finally {
    database.close();
  }
  settleDatabase(path);
}

/** A volume of an earlier version gets its new tables here, since whoever begins to write makes a generation first. */
function upgradeDatabase(path: string): void {
  if (!isOfEarlierVersion(path)) return;
  const database = new Database(path);
  try {
    upgradeSchema(database);
  } finally {
    database.close();
  }
  settleDatabase(path);
}

/** Whether a database lacks tables that this version asks for; nobody can follow it before a new generation was made of it. */
export function isOfEarlierVersion(path: string): boolean {
  const database = new Database(path, { readonly: true });
  try {
    return schemaVersionOf(database) < schemaVersion;
  } finally {
    database.close();
  }
}
