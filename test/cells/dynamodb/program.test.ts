import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DynamodbSettings, WriteResult } from '../../../cells/dynamodb/contract.ts';
import { connectFramed } from '../../../cells/protocol/client.ts';
import { freeEndpoints, partConfig, removeFolder, startPart, temporaryFolder } from '../../support/part-process.ts';

let folder: string;
const ends: (() => unknown)[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  removeFolder(folder);
});

async function start() {
  const [listen] = await freeEndpoints(1);
  const config = partConfig<DynamodbSettings>(folder, {
    address: 'a/dynamodb',
    listen: listen!,
    volume: join(folder, 'volume'),
    settings: { seed: [{ table: 'meta', key: 'map', item: { version: 1 } }] },
  });
  const part = await startPart('cells/dynamodb/main.ts', folder, config);
  const client = await connectFramed({ connect: listen!, token: 'secret' });
  ends.push(
    () => part.kill(),
    () => client.close(),
  );
  return { part, client };
}

const claim = (key: string, by: number) => ({
  writes: [{ op: 'put', table: 'leases', key, item: { by }, if: { kind: 'absent' } }],
});

it('gives a lease to exactly one of many that ask at once', async () => {
  const { client } = await start();
  const askers = Array.from({ length: 200 }, (_, by) => by);
  const results = await Promise.all(askers.map((by) => client.call<WriteResult>('write', claim(`l${by % 20}`, by))));
  expect(results.filter(({ ok }) => ok)).toHaveLength(20);
  const { items } = await client.call<{ items: { item: { by: number } }[] }>('scan', { table: 'leases' });
  const winners = askers.filter((by) => results[by]!.ok);
  expect(items.map(({ item }) => item.by).toSorted((a, b) => a - b)).toEqual(winners);
  for (const [by, result] of results.entries()) {
    if (!result.ok) expect(result.current).toEqual({ by: by % 20 });
  }
});

it('fails one write of a group without spoiling the others', async () => {
  const { client } = await start();
  const add = { op: 'add', table: 'leases', key: 'x', field: 'by', by: 1 };
  await client.call('write', { writes: [{ op: 'put', table: 'leases', key: 'x', item: { by: 'text' } }] });
  const results = await Promise.allSettled([
    client.call('write', claim('one', 1)),
    client.call('write', { writes: [add] }),
    client.call('write', claim('two', 2)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await client.call('get', { table: 'leases', key: 'two' })).toEqual({ item: { by: 2 } });
});

it('keeps what it acknowledged when it is killed, and is seeded only once', async () => {
  const { part, client } = await start();
  await client.call('write', { writes: [{ op: 'delete', table: 'meta', key: 'map' }] });
  await client.call('write', claim('kept', 7));
  await part.kill();
  const again = await start();
  expect(await again.client.call('get', { table: 'leases', key: 'kept' })).toEqual({ item: { by: 7 } });
  expect(await again.client.call('get', { table: 'meta', key: 'map' })).toEqual({ item: null });
  expect(await again.client.call('status', {})).toMatchObject({
    items: 1,
    pragmas: { journal_mode: 'wal', synchronous: 2 },
  });
});
