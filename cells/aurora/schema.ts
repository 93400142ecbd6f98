import type { Database } from 'better-sqlite3';

/** SQLite's `user_version` of a database with these tables. A database of an earlier version of Petri has 0. */
export const schemaVersion = 1;

/** The tables of a cell's Aurora. Times are Unix milliseconds; `*_json` hold JSON text. */
export const schemaSql = `
CREATE TABLE tenants (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, residence TEXT NOT NULL DEFAULT 'home') STRICT, WITHOUT ROWID;

CREATE TABLE rows (
  tenant TEXT NOT NULL REFERENCES tenants, sheet TEXT NOT NULL, row TEXT NOT NULL,
  value_json TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL, computed_json TEXT,
  PRIMARY KEY (tenant, sheet, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  tenant TEXT NOT NULL REFERENCES tenants, key TEXT NOT NULL, hash TEXT NOT NULL, answer_json TEXT NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenants, kind TEXT NOT NULL, sheet TEXT NOT NULL,
  units INTEGER NOT NULL, queue TEXT NOT NULL, state TEXT NOT NULL, result_json TEXT NOT NULL,
  accepted_at_ms INTEGER NOT NULL, ended_at_ms INTEGER, deliveries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_by_state ON jobs (state, accepted_at_ms);
CREATE INDEX jobs_by_tenant ON jobs (tenant, id);

CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL UNIQUE REFERENCES jobs
) STRICT;
PRAGMA user_version = ${schemaVersion};
`;

/** Brings the tables of an earlier version up to this one. Nothing is done to one that is of this version. */
export function upgradeSchema(database: Database): void {
  if (schemaVersionOf(database) >= schemaVersion) return;
  database.transaction(() => {
    database.exec(`ALTER TABLE tenants ADD COLUMN residence TEXT NOT NULL DEFAULT 'home';
      CREATE INDEX jobs_by_tenant ON jobs (tenant, id);
      PRAGMA user_version = ${schemaVersion};`);
  })();
}

export function schemaVersionOf(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}
