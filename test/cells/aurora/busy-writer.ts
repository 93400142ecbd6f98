import { openSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * A program that writes as fast as it can and checkpoints all the time, heeding no generation: the worst neighbour that a copy can have.
 * Arguments: the database, and the file in which it says, after each commit, how many there were.
 */
const [databasePath, countPath] = process.argv.slice(2) as [string, string];
const database = new Database(databasePath);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = OFF');
database.exec(
  'CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, filling TEXT); CREATE INDEX IF NOT EXISTS f ON rows (filling)',
);
const owner = process.ppid;
const insert = database.prepare('INSERT INTO rows VALUES (?, ?)');
const count = openSync(countPath, 'w');
process.send?.('ready');
for (let n = 1; ; n++) {
  insert.run(n, `${'x'.repeat(n % 900)}${n}`);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  writeSync(count, bytes, 0, 4, 0);
  if (n % 7 === 0) database.pragma('wal_checkpoint(TRUNCATE)');
  if (n % 100 === 0 && process.ppid !== owner) process.exit();
}
