import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DynamodbSettings, WriteResult } from '../../../cells/dynamodb/contract.ts';
import { connectFramed } from '../../../cells/protocol/client.ts';
import type { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { ConditionsSeen } from '../../../cells/runtime/under-conditions.ts';
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

it('refuses writes on a volume that takes none, surely without effect, and answers reads', async () => {
  const { client } = await start();
  const fails = async () =>
    client.call('write', claim('late', 1)).then(
      () => null,
      (error: RpcError) => error.code,
    );
  await client.call('write', claim('early', 1));
  await client.call('conditions.set', { conditions: [{ kind: 'read-only' }] });
  expect(await fails()).toBe('unwritable');
  await client.call('conditions.set', { conditions: [{ kind: 'volume-size', bytesMax: 1 }] });
  expect(await fails()).toBe('unwritable');
  expect(await client.call('get', { table: 'leases', key: 'early' })).toEqual({ item: { by: 1 } });
  await client.call('conditions.set', { conditions: [] });
  expect(await fails()).toBe(null);
});

it('acknowledges writes as late as a slow disk has it, many at once together, and leaves nothing of a trial', async () => {
  const { client } = await start();
  await client.call('conditions.set', { conditions: [{ kind: 'slow-disk', delayMs: 150 }] });
  const beganMs = performance.now();
  const writes = Array.from({ length: 20 }, (_, index) => client.call('write', claim(`k${index}`, index)));
  const written = Promise.all(writes);
  expect(await Promise.race([written, client.call('get', { table: 'leases', key: 'k0' })])).toEqual({ item: null });
  await written;
  expect(performance.now() - beganMs).toBeGreaterThan(145);
  // One after the other they would take twenty delays.
  expect(performance.now() - beganMs).toBeLessThan(20 * 150);
  const seen = await client.call<ConditionsSeen>('conditions.read', {});
  expect(seen.volume).toMatchObject({ write: 'done', bytesMax: null });
  expect(seen.volume?.tookMs).toBeGreaterThan(145);
  expect((await client.call<{ items: unknown[] }>('scan', { table: 'trial' })).items).toEqual([]);
});
