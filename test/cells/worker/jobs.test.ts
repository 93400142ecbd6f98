import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enginesHere, startCell, soon, type Cell } from '../../support/cell.ts';

describe.each(await enginesHere())('jobs on the %s engine', (engine) => {
  let cell: Cell;
  beforeAll(async () => {
    cell = await startCell({ engine, workers: ['a/worker/1', 'a/xl/1'] });
  });
  afterAll(() => cell?.stop());

  const submit = async (order: Record<string, unknown>) => {
    const { status, body, headers } = await cell.request('POST', '/jobs', order);
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/jobs/${String(body['id'])}`);
    return { id: String(body['id']), queue: body['queue'] };
  };
  const ended = (id: string) =>
    soon(`job ${id} ended`, async () => {
      const { body } = await cell.request('GET', `/jobs/${id}`);
      return body['state'] === 'done' || body['state'] === 'dead' ? body : null;
    });

  test('a recalculation of an empty sheet is accepted and done', async () => {
    const { id, queue } = await submit({ kind: 'recalc', sheet: 'empty', units: 5 });
    expect(queue).toBe('standard');
    expect(await ended(id)).toMatchObject({ state: 'done', result: { rows: 0, units: 5 } });
  });

  test('a recalculation changes neither value nor version nor etag of a row', async () => {
    const put = await cell.request('PUT', '/sheets/s/rows/r', { value: { n: 1 } });
    const { id } = await submit({ kind: 'recalc', sheet: 's', units: 50 });
    await ended(id);
    const got = await cell.request('GET', '/sheets/s/rows/r');
    expect(got.body).toEqual({ value: { n: 1 }, version: 1 });
    expect(got.headers.get('etag')).toBe(put.headers.get('etag'));
  });

  test('an export leaves one whole file named after its job', async () => {
    await cell.request('PUT', '/sheets/e/rows/1', { value: 'a,"b"' });
    await cell.request('PUT', '/sheets/e/rows/2', { value: 2 });
    const { id } = await submit({ kind: 'export', sheet: 'e', units: 10 });
    const file = `exports/t01/${id}.csv`;
    const csv = 'row,version,value\r\n1,1,"""a,\\""b\\"""""\r\n2,1,2\r\n';
    expect(await ended(id)).toMatchObject({ state: 'done', result: { cell: 'a', file, bytes: csv.length, rows: 2 } });
    expect(readFileSync(join(cell.folder, 'volumes/cell', file), 'utf8')).toBe(csv);
  });

  test('a job above xlAbove goes to the XL queue, and one that turns out larger is promoted to it', async () => {
    const said = await submit({ kind: 'recalc', sheet: 'empty', units: 1001 });
    expect(said.queue).toBe('xl');
    for (let row = 0; row < 101; row++) await cell.request('PUT', `/sheets/large/rows/r${row}`, { value: row });
    const grown = await submit({ kind: 'recalc', sheet: 'large', units: 10 });
    expect(grown.queue).toBe('standard');
    await ended(said.id);
    expect(await ended(grown.id)).toMatchObject({ state: 'done', result: { rows: 101, units: 1010 } });
    await soon('both were recorded', () => cell.events('a/xl/1', 'job.done').length === 2);
    expect(cell.events('a/worker/1', 'job.promoted').map(({ job }) => job)).toEqual([grown.id]);
  });

  test('a worker killed in the middle of a job: another receive ends it, with one effect', async () => {
    const { id } = await submit({ kind: 'recalc', sheet: 'empty', units: 1000 });
    await ended(id);
    const slow = await submit({ kind: 'recalc', sheet: 'empty', units: 150_000 });
    await soon('the job runs', async () => (await cell.request('GET', `/jobs/${slow.id}`)).body['state'] === 'running');
    await cell.part('a/xl/1').kill();
    await cell.part('a/xl/1').start();
    expect(await ended(slow.id)).toMatchObject({ state: 'done', attempts: 2 });
    await soon('its end was recorded', () => cell.events('a/xl/1', 'job.done').some(({ job }) => job === slow.id));
    const effects = cell
      .events('a/xl/1', 'job.done')
      .filter(({ job, already }) => job === slow.id && already === false);
    expect(effects).toHaveLength(1);
  });
});
