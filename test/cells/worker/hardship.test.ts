import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { QueueCountsReader } from '../../../cells/sqs/counts.ts';
import { connectFramed } from '../../../cells/protocol/client.ts';
import { defaultCellPolicies } from '../../../cells/policies.ts';
import { connectQueue } from '../../../cells/sqs/connect.ts';
import { queueNames, queuePrefix } from '../../../cells/sqs/contract.ts';
import { enginesHere, startCell, token, soon, type Cell } from '../../support/cell.ts';

/** Long enough to be caught at work, a second or less of CPU. */
const longUnits = 60_000;

describe.each(await enginesHere())('jobs in hardship on the %s engine', (engine) => {
  let cell: Cell;
  let counts: QueueCountsReader;
  beforeAll(async () => {
    cell = await startCell({
      engine,
      workers: ['a/worker/1', 'a/worker/2'],
      idle: ['a/worker/2'],
      policies: { maxReceives: 3, visibilityMs: 2000, xlQueue: false },
    });
    counts = new QueueCountsReader(cell.sqs, cell.queuePassword);
  });
  beforeEach(() => cell.restore());
  afterAll(async () => {
    counts?.close();
    await cell?.stop();
  });

  const submit = async (order: Record<string, unknown>) => {
    const { status, body } = await cell.request('POST', '/jobs', {
      sheet: 'empty',
      units: 5,
      kind: 'recalc',
      ...order,
    });
    expect(status).toBe(202);
    return String(body['id']);
  };
  /** Null while the reader has not reached an engine that came back. */
  const counted = () => counts.read(Date.now()).catch(() => null);
  const started = (id: string) => cell.events('a/worker/1', 'job.started').filter(({ job }) => job === id).length;
  const effects = (id: string) =>
    cell.events('a/worker/1', 'job.done').filter(({ job, already }) => job === id && already === false).length;
  const state = async (id: string) => (await cell.request('GET', `/jobs/${id}`)).body;
  const inState = (id: string, wanted: string) =>
    soon(`job ${id} is ${wanted}`, async () => {
      const body = await state(id);
      if (body['state'] === 'dead' && wanted !== 'dead') throw new Error(JSON.stringify(body));
      return body['state'] === wanted ? body : null;
    });

  test('a job that fails at every receive is dead after maxReceives, and redrive brings it back', async () => {
    const exports = join(cell.folder, 'volumes/cell/exports');
    mkdirSync(join(cell.folder, 'volumes/cell'), { recursive: true });
    writeFileSync(exports, 'in the way of the folder');
    const id = await submit({ kind: 'export' });
    expect(await inState(id, 'dead')).toMatchObject({ result: { reason: expect.stringContaining('exports') } });
    // Aurora tells the end; the attempts are DynamoDB's, which may answer later than anybody waits.
    await soon('its attempts are told', async () => (await state(id))['attempts'] === 3);
    await soon('it lies in the dead-letter queue', async () => (await counted())?.deadLetter.waiting === 1);

    rmSync(exports);
    expect((await cell.request('POST', '/_cell/redrive')).status).toBe(404);
    const redriven = await cell.request('POST', '/_cell/redrive', undefined, { 'x-cell-admin': token });
    expect(redriven.body).toEqual({ redriven: 1 });
    await inState(id, 'done');
    expect((await counts.read(Date.now())).deadLetter.waiting).toBe(0);
    expect(readdirSync(join(exports, 't01'))).toEqual([`${id}.csv`]);
  });

  test('a job that outlives no worker is dead after maxReceives', async () => {
    const before = (await counts.read(Date.now())).deadLetter.waiting;
    const id = await submit({ units: longUnits });
    for (let receive = 1; receive <= 3; receive++) {
      await soon(`receive ${receive} has begun`, () => started(id) === receive);
      await cell.part('a/worker/1').kill();
      await cell.part('a/worker/1').start();
    }
    expect(await inState(id, 'dead')).toMatchObject({ result: { reason: 'received 3 times without an end' } });
    await soon('it lies in the dead-letter queue', async () => (await counted())?.deadLetter.waiting === before + 1);
    expect(started(id)).toBe(3);
  });

  test('a worker stopped past its visibility resumes without a second effect', async () => {
    const id = await submit({ units: longUnits });
    await soon('it runs', () => started(id) === 1);
    cell.part('a/worker/1').signal('SIGSTOP');
    await cell.part('a/worker/2').start();
    await inState(id, 'done');
    cell.part('a/worker/1').signal('SIGCONT');
    const ends = (address: string) =>
      cell.events(address, 'job.done').flatMap(({ job, already }) => (job === id ? [already] : []));
    await soon('the stopped worker came to its end too', () => ends('a/worker/1').length === 1);
    expect(ends('a/worker/1')).toEqual([true]);
    // On a busy machine the other may lose its lock as well, and come to the end twice.
    expect(ends('a/worker/2').filter((already) => !already)).toEqual([false]);
  });

  test('an engine that was killed delays jobs and loses none', async () => {
    await cell.part('a/sqs').kill();
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await submit({ units: 20 }));
    await expect(counts.read(Date.now())).rejects.toThrow();
    await cell.part('a/sqs').start();
    for (const id of ids) await inState(id, 'done');
  });

  test('jobs that waited in an engine when it was killed are done after it is back', async () => {
    await cell.part('a/worker/1').kill();
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await submit({ units: 20 }));
    const full = await soon('all wait in the engine', async () => {
      const now = await counted();
      return now?.standard.waiting === 10 ? now : null;
    });
    expect(full.standard.oldestAgeMs).toBeGreaterThan(0);
    await cell.part('a/sqs').kill();
    await cell.part('a/sqs').start();
    await cell.part('a/worker/1').start();
    for (const id of ids) await inState(id, 'done');
    // Nothing came twice: each was received once by whoever ended it.
    await soon('each was recorded', () => ids.every((id) => started(id) > 0));
    expect(ids.map(started)).toEqual(ids.map(() => 1));
    const refilled = cell.events('a/web/1', 'queue.refilled').map(({ count }) => count);
    expect(refilled).toEqual(engine === 'embedded' ? expect.arrayContaining([10]) : []);
  });

  test('an engine that hangs keeps no request waiting', async () => {
    cell.part('a/sqs').signal('SIGSTOP');
    const sentMs = performance.now();
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push(await submit({}));
    expect(performance.now() - sentMs).toBeLessThan(1000);
    cell.part('a/sqs').signal('SIGCONT');
    for (const id of ids) await inState(id, 'done');
  });

  test('without DynamoDB jobs are accepted, answered and done', async () => {
    await cell.part('a/dynamodb').kill();
    const id = await submit({});
    expect(await inState(id, 'done')).toMatchObject({ state: 'done', attempts: 0 });
  });

  test('Aurora killed while a job runs delays its end', async () => {
    const id = await submit({ units: longUnits });
    await soon('it runs', () => started(id) === 1);
    const both = [cell.part('a/aurora/1'), cell.part('a/aurora/2')];
    await Promise.all(both.map((part) => part.kill()));
    // The first answers may still be 502: the web task learns of the death as it asks.
    await soon('its state cannot be told', async () => (await cell.request('GET', `/jobs/${id}`)).status === 503);
    await Promise.all(both.map((part) => part.start()));
    await inState(id, 'done');
    await soon('its end was recorded', () => effects(id) > 0);
    expect(effects(id)).toBe(1);
  });

  test('a new visibility takes effect without a restart', async () => {
    const dynamodb = await connectFramed({ connect: cell.part('a/dynamodb').endpoint!, token });
    const item = { ...defaultCellPolicies, xlQueue: false, visibilityMs: 60_000 };
    await dynamodb.call('write', { writes: [{ op: 'put', table: 'config', key: 'policies', item }] });
    dynamodb.close();
    const redis = connectQueue(cell.sqs, { password: cell.queuePassword, whenGone: 'wait' });
    try {
      await soon('a job is locked for longer', async () => {
        const id = await submit({ units: 20_000 });
        await soon('it runs', () => started(id) === 1);
        const lockedForMs = await redis.pttl(`${queuePrefix}:${queueNames.standard}:${id}.1:lock`);
        await inState(id, 'done');
        return lockedForMs > 30_000;
      });
    } finally {
      redis.disconnect();
    }
  });
});
