import { beforeEach, describe, expect, it } from 'vitest';
import type { Reads, Transactions } from '../../../cells/aurora/contract.ts';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { reads } from '../../../cells/sheets/reads.ts';
import type { AtomicStore } from '../../../cells/sheets/store.ts';
import { transactions } from '../../../cells/sheets/transactions.ts';
import { stores } from './stores.ts';

describe.each(Object.entries(stores))('transactions on the %s store', (_, make) => {
  let store: AtomicStore;
  const tx = <Name extends keyof Transactions>(name: Name, args: Transactions[Name]['args']) =>
    store.atomically(() => transactions[name](store, args));
  const read = <Name extends keyof Reads>(name: Name, args: Reads[Name]['args']) => reads[name](store, args);

  const put = (more: Partial<Transactions['row.put']['args']> = {}) =>
    tx('row.put', {
      ...{ tenant: 't01', epoch: 1, sheet: 'budget', row: 'r1', value: { n: 1 }, key: null, bodyHash: 'body' },
      ...more,
    });
  const get = (more: Partial<Reads['row.get']['args']> = {}) =>
    read('row.get', { tenant: 't01', epoch: 1, sheet: 'budget', row: 'r1', ...more });
  const submit = (id: string, more: Partial<Transactions['job.submit']['args']> = {}) =>
    tx('job.submit', {
      ...{ tenant: 't01', epoch: 1, id, kind: 'recalc', sheet: 'budget', units: 10, queue: 'standard' },
      ...{ key: null, bodyHash: 'body', nowMs: 1000 },
      ...more,
    });
  const waiting = () => read('outbox.waiting', { limit: 100 }).rows.map(({ id }) => id);
  const jobOf = (id: string) => {
    const found = read('job.get', { tenant: 't01', epoch: 1, id });
    return found.kind === 'ok' ? found.job : found;
  };

  beforeEach(() => {
    store = make();
    tx('tenant.put', { tenant: 't01', epoch: 1 });
    tx('tenant.put', { tenant: 't02', epoch: 1 });
  });

  it('counts a row up with every put and gives back its last value', () => {
    const etag = (version: number, value: unknown) => etagOfValue(version, value);
    expect(get()).toEqual({ kind: 'none' });
    expect(put()).toEqual({ kind: 'ok', version: 1, etag: etag(1, { n: 1 }), replayed: false });
    expect(put({ value: null })).toEqual({ kind: 'ok', version: 2, etag: etag(2, null), replayed: false });
    expect(get()).toEqual({ kind: 'ok', value: null, version: 2, etag: etag(2, null), computed: null });
  });

  it('keeps tenants, sheets and rows apart', () => {
    put({ value: 'mine' });
    put({ tenant: 't02', value: 'theirs' });
    put({ sheet: 'other', value: 'other sheet' });
    expect(get()).toMatchObject({ value: 'mine', version: 1 });
    expect(get({ tenant: 't02' })).toMatchObject({ value: 'theirs', version: 1 });
    expect(get({ tenant: 't02', sheet: 'other' })).toEqual({ kind: 'none' });
  });

  it('refuses an epoch that is not the tenant’s, without effect', () => {
    tx('tenant.put', { tenant: 't01', epoch: 5 });
    expect(put({ epoch: 4 })).toEqual({ kind: 'stale', epoch: 5 });
    expect(put({ epoch: 6 })).toEqual({ kind: 'stale', epoch: 5 });
    expect(submit('j1', { epoch: 4 })).toEqual({ kind: 'stale', epoch: 5 });
    expect(get({ epoch: 4 })).toEqual({ kind: 'stale', epoch: 5 });
    expect(get({ epoch: 5 })).toEqual({ kind: 'none' });
    expect(waiting()).toEqual([]);
  });

  it('skips the fence for epoch null, and refuses an unknown tenant all the same', () => {
    expect(put({ epoch: null })).toMatchObject({ kind: 'ok', version: 1 });
    expect(put({ epoch: null, tenant: 'nobody' })).toEqual({ kind: 'no-tenant' });
    expect(get({ tenant: 'nobody' })).toEqual({ kind: 'no-tenant' });
  });

  it('lets epochs only rise', () => {
    expect(tx('tenant.put', { tenant: 't01', epoch: 7 })).toEqual({ kind: 'ok', epoch: 7 });
    expect(tx('tenant.put', { tenant: 't01', epoch: 3 })).toEqual({ kind: 'ok', epoch: 7 });
    expect(read('tenant.get', { tenant: 't01' })).toEqual({ kind: 'ok', epoch: 7, residence: 'home' });
    expect(read('tenants.list', {})).toEqual({
      kind: 'ok',
      tenants: [
        { id: 't01', epoch: 7, residence: 'home' },
        { id: 't02', epoch: 1, residence: 'home' },
      ],
    });
  });

  it('answers a repeated key with the first answer and no second effect', () => {
    const first = put({ key: 'k' });
    put({ value: 'between' });
    expect(put({ key: 'k' })).toEqual({ ...first, replayed: true });
    expect(get()).toMatchObject({ value: 'between', version: 2 });
  });

  it('refuses a key that comes back with another body, row or kind of request', () => {
    put({ key: 'k' });
    expect(put({ key: 'k', bodyHash: 'other' })).toEqual({ kind: 'key-mismatch' });
    expect(put({ key: 'k', row: 'r2' })).toEqual({ kind: 'key-mismatch' });
    expect(submit('j1', { key: 'k' })).toEqual({ kind: 'key-mismatch' });
    expect(jobOf('j1')).toEqual({ kind: 'none' });
  });

  it('gives each tenant its own keys', () => {
    put({ key: 'k' });
    expect(put({ key: 'k', tenant: 't02', value: 'theirs' })).toMatchObject({ kind: 'ok', replayed: false });
  });

  it('accepts a job once per key, whatever id or queue the repetition brings', () => {
    expect(submit('j1', { key: 'k' })).toEqual({ kind: 'ok', id: 'j1', queue: 'standard', replayed: false });
    expect(submit('j2', { key: 'k', queue: 'xl' })).toEqual({
      ...{ kind: 'ok', id: 'j1', queue: 'standard', replayed: true },
    });
    expect(submit('j1')).toMatchObject({ kind: 'ok', id: 'j1', replayed: true });
    expect(waiting()).toEqual(['j1.1']);
    expect(read('jobs.counts', {})).toEqual({ kind: 'ok', open: 1, done: 0, dead: 0 });
  });

  it('hides a job from every other tenant', () => {
    submit('j1');
    expect(read('job.get', { tenant: 't02', epoch: 1, id: 'j1' })).toEqual({ kind: 'none' });
    expect(submit('j1', { tenant: 't02' })).toEqual({ kind: 'key-mismatch' });
  });

  it('finishes a job once: effect and end together, version and value untouched', () => {
    const before = put();
    submit('j1');
    const finish = (computed: unknown) =>
      tx('job.finish', {
        id: 'j1',
        epoch: 1,
        computed: [
          { row: 'r1', computed },
          { row: 'gone', computed },
        ],
        result: { rows: 1 },
        nowMs: 2000,
      });
    expect(finish('first')).toEqual({ kind: 'ok' });
    expect(finish('second')).toEqual({ kind: 'already', state: 'done' });
    expect(get()).toEqual({
      kind: 'ok',
      value: { n: 1 },
      version: 1,
      etag: (before as { etag: string }).etag,
      computed: 'first',
    });
    expect(get({ row: 'gone' })).toEqual({ kind: 'none' });
    expect(jobOf('j1')).toEqual({
      ...{ id: 'j1', tenant: 't01', kind: 'recalc', sheet: 'budget', units: 10, queue: 'standard' },
      ...{ state: 'done', result: { rows: 1 }, acceptedAtMs: 1000, endedAtMs: 2000 },
    });
  });

  it('keeps the computed part through a put', () => {
    put();
    submit('j1');
    tx('job.finish', { id: 'j1', epoch: 1, computed: [{ row: 'r1', computed: 42 }], result: null, nowMs: 2000 });
    put({ value: 'new' });
    expect(get()).toMatchObject({ value: 'new', version: 2, computed: 42 });
  });

  it('ends a job in one end only', () => {
    submit('j1');
    expect(tx('job.dead', { id: 'j1', epoch: 1, reason: 'too often', nowMs: 2000 })).toEqual({ kind: 'ok' });
    expect(tx('job.finish', { id: 'j1', epoch: 1, computed: null, result: null, nowMs: 3000 })).toEqual({
      ...{ kind: 'already', state: 'dead' },
    });
    expect(tx('job.dead', { id: 'j1', epoch: 1, reason: 'again', nowMs: 3000 })).toEqual({
      kind: 'already',
      state: 'dead',
    });
    expect(jobOf('j1')).toMatchObject({ state: 'dead', result: { reason: 'too often' }, endedAtMs: 2000 });
    expect(tx('job.dead', { id: 'never', epoch: 1, reason: '', nowMs: 1 })).toEqual({ kind: 'no-job' });
  });

  it('promotes an open job to XL once, as a new delivery', () => {
    submit('j1');
    tx('outbox.delivered', { ids: ['j1.1'] });
    expect(tx('job.promote', { id: 'j1', epoch: 1, units: 5000 })).toEqual({ kind: 'ok' });
    expect(tx('job.promote', { id: 'j1', epoch: 1, units: 5000 })).toEqual({ kind: 'already', state: 'open' });
    expect(jobOf('j1')).toMatchObject({ queue: 'xl', units: 5000, state: 'open' });
    expect(waiting()).toEqual(['j1.2']);
  });

  it('redrives dead jobs, all or the named ones, and leaves others alone', () => {
    for (const id of ['j1', 'j2', 'j3']) submit(id);
    tx('outbox.delivered', { ids: waiting() });
    for (const id of ['j1', 'j2']) tx('job.dead', { id, epoch: 1, reason: 'x', nowMs: 2000 });
    expect(read('jobs.dead', { limit: 10 }).jobs.map(({ id }) => id)).toEqual(['j1', 'j2']);
    expect(tx('job.redrive', { ids: ['j1', 'j1', 'j3'] })).toEqual({ kind: 'ok', count: 1 });
    expect(waiting()).toEqual(['j1.2']);
    expect(tx('job.redrive', { ids: null })).toEqual({ kind: 'ok', count: 1 });
    expect(jobOf('j2')).toMatchObject({ state: 'open', result: null, endedAtMs: null });
    expect(read('jobs.counts', {})).toEqual({ kind: 'ok', open: 3, done: 0, dead: 0 });
  });

  it('refills the outbox with every open job under new ids, so that a late mark for an old one loses nothing', () => {
    for (const id of ['j1', 'j2', 'j3']) submit(id);
    tx('outbox.delivered', { ids: ['j1.1'] });
    tx('job.finish', { id: 'j3', epoch: 1, computed: null, result: null, nowMs: 2000 });
    expect(tx('outbox.refill', {})).toEqual({ kind: 'ok', count: 2, lost: 1 });
    tx('outbox.delivered', { ids: ['j2.1'] });
    expect(waiting().filter((id) => !id.startsWith('j3'))).toEqual(['j1.2', 'j2.2']);
  });

  it('delivers again only what is open', () => {
    submit('j1');
    submit('j2');
    tx('outbox.delivered', { ids: waiting() });
    tx('job.finish', { id: 'j2', epoch: 1, computed: null, result: null, nowMs: 2000 });
    expect(tx('outbox.again', { jobs: ['j1', 'j2', 'never'] })).toEqual({ kind: 'ok', count: 1 });
    expect(waiting()).toEqual(['j1.2']);
  });

  it('lists open jobs by age and rows by name, within the limit', () => {
    submit('late', { nowMs: 3000 });
    submit('early', { nowMs: 1000 });
    submit('middle', { nowMs: 2000 });
    const open = (limit: number, fromMs: number, toMs: number) =>
      read('jobs.open', { limit, except: { fromMs, toMs } }).jobs.map(({ id }) => id);
    expect(open(10, 3000, 5000)).toEqual(['early', 'middle']);
    expect(open(10, 2000, 2999)).toEqual(['early', 'late']);
    expect(open(1, 9000, 9000)).toEqual(['early']);
    for (const row of ['b', 'A', 'c', '_']) put({ row, value: row });
    const rows = read('sheet.read', { tenant: 't01', sheet: 'budget', limit: 3 }).rows;
    expect(rows.map(({ row }) => row)).toEqual(['A', '_', 'b']);
    expect(rows[0]).toEqual({ row: 'A', value: 'A', version: 1 });
  });

  it('leaves nothing of a transaction that fails in the middle', () => {
    submit('kept');
    const failing = () =>
      store.atomically(() => {
        transactions['row.put'](store, {
          ...{ tenant: 't01', epoch: 1, sheet: 'budget', row: 'r1', value: 1, key: 'k', bodyHash: '' },
        });
        transactions['outbox.refill'](store, {});
        throw new Error('the storage broke');
      });
    expect(failing).toThrow('the storage broke');
    expect(get()).toEqual({ kind: 'none' });
    expect(waiting()).toEqual(['kept.1']);
    expect(put({ key: 'k' })).toMatchObject({ version: 1, replayed: false });
  });
});
