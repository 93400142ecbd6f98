import { beforeEach, describe, expect, it } from 'vitest';
import type { Reads, Transactions } from '../../../cells/aurora/contract.ts';
import type { MoveCursor } from '../../../cells/aurora/move-contract.ts';
import { reads } from '../../../cells/sheets/reads.ts';
import type { AtomicStore } from '../../../cells/sheets/store.ts';
import { transactions } from '../../../cells/sheets/transactions.ts';
import { stores } from './stores.ts';

/** One cell: its store behind the named calls. */
class Cell {
  readonly #store: AtomicStore;

  constructor(store: AtomicStore) {
    this.#store = store;
  }

  tx<Name extends keyof Transactions>(name: Name, args: Transactions[Name]['args']): Transactions[Name]['result'] {
    return this.#store.atomically(() => transactions[name](this.#store, args));
  }

  read<Name extends keyof Reads>(name: Name, args: Reads[Name]['args']): Reads[Name]['result'] {
    return reads[name](this.#store, args);
  }

  put(row: string, more: Partial<Transactions['row.put']['args']> = {}) {
    const value = { tenant: 't01', epoch: 1, sheet: 'budget', row, value: { of: row }, key: null, bodyHash: 'body' };
    return this.tx('row.put', { ...value, ...more });
  }

  get(row: string, epoch: number) {
    return this.read('row.get', { tenant: 't01', epoch, sheet: 'budget', row });
  }

  submit(id: string, more: Partial<Transactions['job.submit']['args']> = {}) {
    return this.tx('job.submit', {
      ...{ tenant: 't01', epoch: 1, id, kind: 'recalc', sheet: 'budget', units: 10, queue: 'standard' },
      ...{ key: null, bodyHash: 'body', nowMs: 1000 },
      ...more,
    });
  }

  waiting(): readonly string[] {
    return this.read('outbox.waiting', { limit: 100 }).rows.map(({ id }) => id);
  }
}

const move = { tenant: 't01', epoch: 2 };

/** Carries every page from one cell into another; returns how many pages there were. */
function carry(from: Cell, to: Cell, epoch = 2): number {
  let after: MoveCursor | null = null;
  for (let pages = 1; ; pages++) {
    const exported: Reads['move.export']['result'] = from.read('move.export', { tenant: 't01', epoch, after });
    if (exported.kind !== 'ok') throw new Error(`not exported: ${JSON.stringify(exported)}`);
    expect(to.tx('move.import', { tenant: 't01', epoch, page: exported.page })).toEqual({ kind: 'ok' });
    after = exported.page.next;
    if (after === null) return pages;
  }
}

describe.each(Object.entries(stores))('a move’s transactions on the %s store', (_, make) => {
  let from: Cell;
  let to: Cell;

  beforeEach(() => {
    from = new Cell(make());
    to = new Cell(make());
    for (const cell of [from, to]) cell.tx('tenant.put', { tenant: 't02', epoch: 1 });
    from.tx('tenant.put', { tenant: 't01', epoch: 1 });
  });

  it('fences the old home: no write, read, job or end of a job is acknowledged there, under any epoch', () => {
    from.put('r1');
    from.submit('j1');
    expect(from.tx('move.fence', move)).toEqual({ kind: 'ok' });
    const moved = { kind: 'moved', epoch: 2 };
    for (const epoch of [1, 2, 3]) {
      expect(from.put('r1', { epoch })).toEqual(moved);
      expect(from.get('r1', epoch)).toEqual(moved);
      expect(from.submit('j2', { epoch })).toEqual(moved);
      expect(from.tx('job.finish', { id: 'j1', epoch, computed: null, result: null, nowMs: 2000 })).toEqual(moved);
      expect(from.tx('job.dead', { id: 'j1', epoch, reason: 'r', nowMs: 2000 })).toEqual(moved);
      expect(from.tx('job.promote', { id: 'j1', epoch, units: 5000 })).toEqual(moved);
    }
    expect(from.read('job.receive', { tenant: 't01', id: 'j1', fence: true })).toEqual(moved);
    expect(from.read('jobs.open', { limit: 10, except: { fromMs: 9999, toMs: 9999 } }).jobs).toEqual([]);
    expect(from.tx('outbox.refill', {})).toEqual({ kind: 'ok', count: 0, lost: 0 });
    expect(from.tx('outbox.again', { jobs: ['j1'] })).toEqual({ kind: 'ok', count: 0 });
    expect(from.waiting()).toEqual([]);
  });

  it('fences again without effect, and never behind a newer epoch', () => {
    from.tx('move.fence', move);
    expect(from.tx('move.fence', move)).toEqual({ kind: 'ok' });
    expect(from.tx('move.fence', { tenant: 't01', epoch: 1 })).toEqual({ kind: 'stale', epoch: 2, residence: 'gone' });
    expect(from.tx('move.fence', { tenant: 'nobody', epoch: 2 })).toEqual({ kind: 'no-tenant' });
    expect(from.tx('tenant.put', { tenant: 't01', epoch: 9 })).toEqual({ kind: 'ok', epoch: 2 });
  });

  it('carries rows, keys and jobs of every state in bounded pages, to equal digests', () => {
    for (let index = 0; index < 600; index++) from.put(`r${index}`, { key: `k${index}`, sheet: `s${index % 3}` });
    from.put('big', { value: 'x'.repeat(60_000) });
    for (const id of ['open', 'done', 'dead']) from.submit(id, { key: `key of ${id}` });
    from.tx('job.finish', { id: 'done', epoch: 1, computed: null, result: { rows: 1 }, nowMs: 2000 });
    from.tx('job.dead', { id: 'dead', epoch: 1, reason: 'poison', nowMs: 2000 });
    from.put('theirs', { tenant: 't02' });
    from.tx('move.fence', move);
    expect(to.tx('move.begin', move)).toEqual({ kind: 'ok' });
    expect(carry(from, to)).toBeGreaterThan(4);
    let after: MoveCursor | null = null;
    const seen = { rows: 0, requests: 0, jobs: 0 };
    do {
      const [left, right]: readonly Reads['move.digest']['result'][] = [from, to].map((cell) =>
        cell.read('move.digest', { ...move, after }),
      );
      if (left?.kind !== 'ok') throw new Error('no digest');
      expect(right).toEqual(left);
      for (const name of ['rows', 'requests', 'jobs'] as const) seen[name] += left.digest[name];
      after = left.digest.next;
    } while (after !== null);
    expect(seen).toEqual({ rows: 601, requests: 603, jobs: 3 });
    expect(to.read('row.get', { tenant: 't02', epoch: 1, sheet: 'budget', row: 'theirs' })).toEqual({ kind: 'none' });
  });

  it('tells a digest apart as soon as one field differs', () => {
    from.put('r1');
    from.tx('move.fence', move);
    to.tx('move.begin', move);
    const digest = (cell: Cell) => cell.read('move.digest', { ...move, after: null });
    expect(digest(to)).not.toEqual(digest(from));
    carry(from, to);
    expect(digest(to)).toEqual(digest(from));
    const page = { rows: [], requests: [{ key: 'k', hash: 'h', answerJson: '{}' }], jobs: [], next: null };
    to.tx('move.import', { ...move, page });
    expect(digest(to)).not.toEqual(digest(from));
  });

  it('serves nothing in the new home before it is opened, and everything afterwards', () => {
    from.put('r1', { key: 'k' });
    from.submit('j1');
    from.submit('j2');
    from.tx('job.dead', { id: 'j2', epoch: 1, reason: 'poison', nowMs: 2000 });
    from.tx('move.fence', move);
    to.tx('move.begin', move);
    carry(from, to);
    expect(to.get('r1', 2)).toEqual({ kind: 'moved', epoch: 2 });
    expect(to.waiting()).toEqual([]);
    expect(to.read('jobs.counts', {})).toEqual({ kind: 'ok', open: 0, done: 0, dead: 0 });
    expect(to.tx('move.open', move)).toEqual({ kind: 'ok', jobs: 2 });
    expect(to.tx('move.open', move)).toEqual({ kind: 'ok', jobs: 0 });
    expect(to.get('r1', 2)).toMatchObject({ kind: 'ok', value: { of: 'r1' }, version: 1 });
    expect(to.get('r1', 1)).toEqual({ kind: 'stale', epoch: 2 });
    expect(to.put('r1', { key: 'k', epoch: 2 })).toMatchObject({ kind: 'ok', version: 1, replayed: true });
    expect(to.waiting()).toEqual(['j1.2', 'j2.2']);
    expect(to.read('jobs.dead', { limit: 9 }).jobs.map(({ id }) => id)).toEqual(['j2']);
    expect(to.read('job.receive', { tenant: 't01', id: 'j1', fence: true })).toMatchObject({ kind: 'ok', epoch: 2 });
  });

  it('lets nothing of a late mover into a home that serves', () => {
    from.put('r1');
    from.tx('move.fence', move);
    to.tx('move.begin', move);
    const exported = from.read('move.export', { ...move, after: null });
    if (exported.kind !== 'ok') throw new Error('not exported');
    carry(from, to);
    to.tx('move.open', move);
    to.put('r1', { epoch: 2, value: 'newer' });
    const stale = { kind: 'stale', epoch: 2, residence: 'home' };
    expect(to.tx('move.import', { ...move, page: exported.page })).toEqual(stale);
    expect(to.tx('move.begin', move)).toEqual(stale);
    expect(to.tx('move.clean', { ...move, limit: 100 })).toEqual(stale);
    expect(to.tx('move.fence', move)).toEqual(stale);
    expect(to.get('r1', 2)).toMatchObject({ value: 'newer', version: 2 });
  });

  it('keeps a newer row while the tenant is still arriving', () => {
    from.put('r1');
    from.tx('move.fence', move);
    to.tx('move.begin', move);
    carry(from, to);
    const newer = { sheet: 'budget', row: 'r1', valueJson: '"newer"', version: 5, hash: 'h', computedJson: null };
    to.tx('move.import', { ...move, page: { rows: [newer], requests: [], jobs: [], next: null } });
    carry(from, to);
    to.tx('move.open', move);
    expect(to.get('r1', 2)).toMatchObject({ value: 'newer', version: 5 });
  });

  it('removes what the old home held and leaves the epoch there', () => {
    for (let index = 0; index < 25; index++) from.put(`r${index}`, { key: `k${index}` });
    from.submit('j1');
    from.put('theirs', { tenant: 't02' });
    from.tx('move.fence', move);
    const rounds: unknown[] = [];
    for (let left = true; left;) {
      const cleaned = from.tx('move.clean', { ...move, limit: 10 });
      rounds.push(cleaned);
      left = cleaned.kind === 'ok' && cleaned.left;
    }
    expect(rounds).toEqual([
      { kind: 'ok', left: true },
      { kind: 'ok', left: true },
      { kind: 'ok', left: false },
    ]);
    expect(from.read('move.export', { ...move, after: null })).toEqual({
      ...{ kind: 'ok', page: { rows: [], requests: [], jobs: [], next: null } },
    });
    expect(from.put('r1', { epoch: 2 })).toEqual({ kind: 'moved', epoch: 2 });
    expect(from.read('row.get', { tenant: 't02', epoch: 1, sheet: 'budget', row: 'theirs' })).toMatchObject({
      version: 1,
    });
  });

  it('opens the old home again under a higher epoch where a move is undone, and delivers its jobs again', () => {
    from.put('r1');
    from.submit('j1');
    from.tx('move.fence', move);
    to.tx('move.begin', move);
    carry(from, to);
    expect(from.tx('move.reopen', { tenant: 't01', epoch: 3 })).toEqual({ kind: 'ok', jobs: 1 });
    expect(from.tx('move.reopen', { tenant: 't01', epoch: 3 })).toEqual({ kind: 'ok', jobs: 0 });
    expect(from.tx('move.fence', move)).toEqual({ kind: 'stale', epoch: 3, residence: 'home' });
    expect(from.get('r1', 3)).toMatchObject({ kind: 'ok', version: 1 });
    expect(from.get('r1', 1)).toEqual({ kind: 'stale', epoch: 3 });
    expect(from.waiting()).toEqual(['j1.2']);
    // What had arrived in the other cell goes, and its epoch stays there.
    expect(to.tx('move.clean', { ...move, limit: 100 })).toEqual({ kind: 'ok', left: false });
    expect(to.tx('move.open', move)).toEqual({ kind: 'stale', epoch: 2, residence: 'gone' });
  });

  it('brings a tenant home again over what an older move left there', () => {
    from.put('r1');
    from.put('old');
    from.tx('move.fence', move);
    to.tx('move.begin', move);
    carry(from, to);
    to.tx('move.open', move);
    to.put('r1', { epoch: 2, value: 'newer' });
    // The old home was never cleaned; now the tenant comes back to it.
    expect(to.tx('move.fence', { tenant: 't01', epoch: 3 })).toEqual({ kind: 'ok' });
    expect(from.tx('move.begin', { tenant: 't01', epoch: 3 })).toEqual({ kind: 'ok' });
    carry(to, from, 3);
    expect(from.tx('move.open', { tenant: 't01', epoch: 3 })).toEqual({ kind: 'ok', jobs: 0 });
    expect(from.get('r1', 3)).toMatchObject({ value: 'newer', version: 2 });
    expect(from.tx('move.clean', { ...move, limit: 100 })).toEqual({ kind: 'stale', epoch: 3, residence: 'home' });
  });

  it('refuses a worker that slept through a move away and back', () => {
    from.submit('j1');
    const received = from.read('job.receive', { tenant: 't01', id: 'j1', fence: true });
    expect(received).toMatchObject({ kind: 'ok', epoch: 1 });
    from.tx('move.fence', move);
    from.tx('move.reopen', { tenant: 't01', epoch: 3 });
    expect(from.tx('job.finish', { id: 'j1', epoch: 1, computed: null, result: null, nowMs: 2000 })).toEqual({
      ...{ kind: 'stale', epoch: 3 },
    });
  });

  it('lets everything through in the old home where the fence is off, which is what the fence is for', () => {
    from.put('r1');
    from.submit('j1');
    from.tx('move.fence', move);
    expect(from.put('r1', { epoch: null })).toMatchObject({ kind: 'ok', version: 2 });
    expect(from.read('job.receive', { tenant: 't01', id: 'j1', fence: false })).toMatchObject({ kind: 'ok' });
    expect(from.tx('job.finish', { id: 'j1', epoch: null, computed: null, result: null, nowMs: 1 })).toEqual({
      kind: 'ok',
    });
  });

  it('undoes a page that fails half way', () => {
    to.submit('j1', { tenant: 't02' });
    from.put('r1');
    from.submit('j1');
    from.tx('move.fence', move);
    to.tx('move.begin', move);
    const exported = from.read('move.export', { ...move, after: null });
    if (exported.kind !== 'ok') throw new Error('not exported');
    expect(() => to.tx('move.import', { ...move, page: exported.page })).toThrow('belongs to another tenant');
    expect(to.read('move.digest', { ...move, after: null })).toMatchObject({
      digest: { rows: 0, requests: 0, jobs: 0 },
    });
  });
});
