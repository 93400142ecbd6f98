import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { auroraDecisions } from '../../../cells/aurora/decisions.ts';
import { OpenGeneration, type Call } from '../../../cells/aurora/generation.ts';
import { makeGeneration } from '../../../cells/aurora/make-generation.ts';
import { SqliteStorage } from '../../../cells/aurora/sqlite-storage.ts';
import { Volume } from '../../../cells/aurora/volume.ts';
import { Conditions } from '../../../cells/runtime/conditions.ts';
import { removeFolder, temporaryFolder } from '../../support/part-process.ts';

let folder: string;
let volume: Volume;
let writer: OpenGeneration;
let conditions: Conditions;

beforeEach(() => {
  folder = temporaryFolder();
  conditions = new Conditions();
  volume = new Volume(folder);
  expect(volume.raise(1)).toBe(true);
  makeGeneration(volume, 1, [{ id: 't01', epoch: 1 }]);
  writer = new OpenGeneration(new SqliteStorage(folder), 1, 'writer', { conditions, decisions: auroraDecisions });
});
afterEach(() => {
  writer.close();
  removeFolder(folder);
});

const put = (row: string, value: unknown = row): Call => ({
  ...{ kind: 'tx', name: 'row.put' },
  args: { tenant: 't01', epoch: 1, sheet: 's', row, value, key: null, bodyHash: '' },
});
const get = (row: string): Call => ({
  ...{ kind: 'read', name: 'row.get' },
  args: { tenant: 't01', epoch: 1, sheet: 's', row },
});
const short = ({ outcomes, fenced }: ReturnType<OpenGeneration['run']>) => ({
  fenced,
  outcomes: outcomes.map((outcome) => (outcome.ok ? (outcome.result as { kind: string }).kind : outcome.error.code)),
});

it('does what arrived together, and one failure does not spoil the rest', () => {
  const broken: Call = { kind: 'tx', name: 'row.put', args: { tenant: 't01', epoch: 1, sheet: 's', row: undefined } };
  expect(short(writer.run([get('a'), put('a'), broken, put('b'), get('nothing')]))).toEqual({
    ...{ fenced: false, outcomes: ['ok', 'ok', 'failed', 'ok', 'none'] },
  });
  expect(short(writer.run([get('b')]))).toEqual({ fenced: false, outcomes: ['ok'] });
});

it('acknowledges nothing that was committed after the generation was raised, nor answers a read', () => {
  writer.run([put('before')]);
  expect(volume.raise(2)).toBe(true);
  expect(short(writer.run([put('after'), get('before')]))).toEqual({
    fenced: true,
    outcomes: ['fenced', 'not-current'],
  });
});

it('gives each number to one promoter only, however many try', () => {
  expect(volume.raise(2)).toBe(true);
  expect(new Volume(folder).raise(2)).toBe(false);
  expect(readFileSync(join(folder, 'generation'), 'utf8')).toBe('2\n');
});

it('takes over the latest generation that became whole, past one that never did', () => {
  writer.run([put('kept')]);
  volume.raise(2);
  volume.raise(3);
  makeGeneration(volume, 3, []);
  const third = new OpenGeneration(new SqliteStorage(folder), 3, 'writer', {
    conditions: new Conditions(),
    decisions: auroraDecisions,
  });
  expect(short(third.run([get('kept')]))).toEqual({ fenced: false, outcomes: ['ok'] });
  third.close();
});

it('still fences a writer that slept until its own generation was removed', () => {
  for (const generation of [2, 3, 4]) {
    volume.raise(generation);
    makeGeneration(volume, generation, []);
    volume.tidyBefore(generation);
  }
  expect(existsSync(volume.databaseOf(1))).toBe(false);
  expect(short(writer.run([put('late')]))).toEqual({ fenced: true, outcomes: ['fenced'] });
});

it('gives up a whole group when the storage is full, and goes on when there is room', () => {
  conditions.set([{ kind: 'volume-size', bytesMax: writer.usedBytes() + 3 * 4096 }]);
  const large = (row: string) => put(row, 'x'.repeat(60_000));
  const { fenced, outcomes } = short(writer.run([put('small'), large('one')]));
  expect(fenced).toBe(false);
  expect(outcomes.at(-1)).toBe('unwritable');
  // Whatever SQLite undid, the answers say what is there.
  expect(short(writer.run([get('small'), get('one')])).outcomes).toEqual([
    outcomes[0] === 'ok' ? 'ok' : 'none',
    'none',
  ]);
  expect(short(writer.run([put('small')])).outcomes).toEqual(['ok']);
  conditions.set([]);
  expect(short(writer.run([large('one')])).outcomes).toEqual(['ok']);
});

it.each([
  ['is full to the last page', (used: number) => ({ kind: 'volume-size', bytesMax: used }) as const],
  ['is read-only', () => ({ kind: 'read-only' }) as const],
])('refuses every write while the volume %s, surely without effect, and answers reads', (_what, condition) => {
  writer.run([put('before')]);
  conditions.set([condition(writer.usedBytes())]);
  expect(() => writer.tryWrite()).toThrow('the volume is');
  expect(short(writer.run([put('a'), get('before'), put('b')]))).toEqual({
    ...{ fenced: false, outcomes: ['unwritable', 'ok', 'unwritable'] },
  });
  conditions.set([]);
  writer.tryWrite();
  expect(short(writer.run([get('a'), get('b')])).outcomes).toEqual(['none', 'none']);
  expect(short(writer.run([put('a')])).outcomes).toEqual(['ok']);
});

it('leaves nothing of a trial behind', () => {
  writer.tryWrite();
  expect(writer.run([{ kind: 'read', name: 'tenants.list', args: {} }]).outcomes).toEqual([
    { ok: true, result: { kind: 'ok', tenants: [{ id: 't01', epoch: 1, residence: 'home' }] } },
  ]);
});

it('brings a volume of an earlier version up to these tables as a writer takes it, and lets nobody follow it before', () => {
  writer.run([put('kept')]);
  writer.close();
  const old = new Database(volume.databaseOf(1));
  old.exec('DROP INDEX jobs_by_tenant; ALTER TABLE tenants DROP COLUMN residence; PRAGMA user_version = 0;');
  old.close();
  const storage = new SqliteStorage(folder);
  expect(storage.isWhole(1)).toBe(false);
  storage.raise(2);
  storage.make(2, []);
  expect(storage.isWhole(2)).toBe(true);
  const second = new OpenGeneration(storage, 2, 'writer', { conditions, decisions: auroraDecisions });
  const tenant: Call = { kind: 'read', name: 'tenant.get', args: { tenant: 't01' } };
  const fence: Call = { kind: 'tx', name: 'move.fence', args: { tenant: 't01', epoch: 2 } };
  const { outcomes } = second.run([tenant]);
  expect(outcomes).toEqual([{ ok: true, result: { kind: 'ok', epoch: 1, residence: 'home' } }]);
  expect(short(second.run([get('kept')]))).toEqual({ fenced: false, outcomes: ['ok'] });
  expect(short(second.run([fence, put('late')]))).toEqual({ fenced: false, outcomes: ['ok', 'moved'] });
  second.close();
});
