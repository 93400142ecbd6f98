import { expect, test } from 'vitest';
import { auroraDecisions } from '../../../../cells/aurora/decisions.ts';
import { OpenGeneration, type Call } from '../../../../cells/aurora/generation.ts';
import { Conditions } from '../../../../cells/runtime/conditions.ts';
import { MemoryStorage, MemoryVolume } from '../../../../sim/substrate/virtual/memory-aurora.ts';

const put = (row: string): Call => ({
  ...{ kind: 'tx', name: 'row.put' },
  args: { tenant: 't01', epoch: 1, sheet: 's', row, value: row, key: null, bodyHash: '' },
});

function volumeWithWriter() {
  const volume = new MemoryVolume();
  const storage = new MemoryStorage(volume);
  storage.raise(1);
  storage.make(1, [{ id: 't01', epoch: 1 }]);
  return { volume, storage };
}

test('a loss of power takes back whole transactions from the end, and nothing that was synced', () => {
  const { volume, storage } = volumeWithWriter();
  const database = storage.open(1, 'writer');
  const write = (row: string) => {
    database.begin();
    database.store.putRow('t01', 's', { row, valueJson: '1', version: 1, hash: 'h', computedJson: null });
    database.store.putRow('t01', 's', { row: `${row}-too`, valueJson: '1', version: 1, hash: 'h', computedJson: null });
    database.commit();
  };
  write('kept');
  // A disk that says it has synced and has not: the commits pile up in its cache.
  Object.assign(database, { sync: () => {} });
  write('lost');
  write('lost-as-well');
  expect(volume.powerLoss()).toBe(2);
  expect(
    storage
      .open(1, 'reader')
      .store.rows('t01', 's', 10)
      .map(({ row }) => row),
  ).toEqual(['kept', 'kept-too']);
});

test('a new generation takes all over, and the old writer may not acknowledge any more', () => {
  const { storage } = volumeWithWriter();
  const writer = new OpenGeneration(storage, 1, 'writer', { conditions: new Conditions(), decisions: auroraDecisions });
  expect(writer.run([put('before')]).fenced).toBe(false);
  storage.raise(2);
  storage.make(2, []);
  expect(writer.run([put('after')]).fenced).toBe(true);
  const second = storage.open(2, 'reader').store;
  expect(second.row('t01', 's', 'before')).not.toBeNull();
  expect(second.row('t01', 's', 'after')).toBeNull();
});
