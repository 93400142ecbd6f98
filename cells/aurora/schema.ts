/** The tables of a cell's Aurora. Times are Unix milliseconds; `*_json` hold JSON text. */
export const schemaSql = `
CREATE TABLE tenants (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) STRICT, WITHOUT ROWID;

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

CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL UNIQUE REFERENCES jobs
) STRICT;
`;
