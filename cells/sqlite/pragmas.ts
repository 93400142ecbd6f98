import type { Database } from 'better-sqlite3';

/**
 * `full`: a commit is on the disk before it is acknowledged. `normal`: it survives any death of the process, and a power
 * loss may take the newest commits; for what can be rebuilt from elsewhere.
 */
export type Durability = 'full' | 'normal';

const synchronous = { full: 2, normal: 1 } as const;

const wanted = {
  journal_mode: 'wal',
  foreign_keys: 1,
  busy_timeout: 250,
  wal_autocheckpoint: 1000,
} as const;

export type Pragmas = Readonly<Record<string, string | number>>;

/** Sets every pragma and reads it back; throws where SQLite kept another value, since it refuses some of them in silence. */
export function applyPragmas(database: Database, durability: Durability = 'full'): Pragmas {
  const seen: Record<string, string | number> = {};
  for (const [name, value] of Object.entries({ ...wanted, synchronous: synchronous[durability] })) {
    // A reader may not change the journal mode, which is the file's own; it is asserted all the same.
    if (!(database.readonly && name === 'journal_mode')) database.pragma(`${name} = ${value}`);
    seen[name] = database.pragma(name, { simple: true }) as string | number;
    if (seen[name] !== value) throw new Error(`PRAGMA ${name} is ${seen[name]}, not ${value}, in ${database.name}`);
  }
  return seen;
}
