import { describe, expect, it } from 'vitest';
import {
  afterBrokenAtCell,
  afterBrokenAtTask,
  afterLateAtCell,
  afterLateAtTask,
  afterStale,
} from '../../router/forwarding.ts';

const atCell = {
  method: 'PUT',
  cell: 'b',
  health: 'serving',
  unsent: true,
  started: false,
  triedAgain: false,
} as const;
const atTask = { method: 'PUT', unsent: true, started: false, tries: 1 } as const;

describe('a request whose way to its cell broke', () => {
  it('is tried once more in the same cell where nothing was written', () => {
    expect(afterBrokenAtCell(atCell)).toEqual({ kind: 'again', to: 'b' });
  });

  it('is refused, surely without effect, where the second try was not written either or the cell is down', () => {
    for (const facts of [{ triedAgain: true }, { health: 'down' }] as const) {
      expect(afterBrokenAtCell({ ...atCell, ...facts })).toMatchObject({ status: 503, retryAfterS: 1 });
    }
  });

  it('is never tried again once it was written, and its outcome is said to be unknown', () => {
    for (const method of ['GET', 'PUT', 'POST']) {
      const step = afterBrokenAtCell({ ...atCell, method, unsent: false });
      expect(step).toMatchObject({ kind: 'answer', status: 502, retryAfterS: null });
    }
  });

  it('is cut off where a part of its answer is with the client', () => {
    expect(afterBrokenAtCell({ ...atCell, unsent: false, started: true })).toEqual({ kind: 'cut-off' });
    expect(afterLateAtCell({ ...atCell, unsent: false, started: true, waitedMs: 5000 })).toEqual({ kind: 'cut-off' });
  });
});

describe('a request whose time is over', () => {
  it('is in doubt where it was written, and refused where it was not', () => {
    expect(afterLateAtCell({ ...atCell, unsent: false, waitedMs: 5000 })).toMatchObject({
      status: 504,
      retryAfterS: null,
    });
    expect(afterLateAtCell({ ...atCell, waitedMs: 5000 })).toMatchObject({ status: 503, retryAfterS: 1 });
    expect(afterLateAtTask({ ...atTask, unsent: false, waitedMs: 4000 })).toMatchObject({ status: 504 });
    expect(afterLateAtTask({ ...atTask, waitedMs: 4000 })).toMatchObject({ status: 503, retryAfterS: 1 });
  });
});

describe('a request that found a stale route', () => {
  const before = { cell: 'a', epoch: 1 };
  const refused = { kind: 'refuse', status: 503, cell: 'a', epoch: 1 } as const;

  it('goes on where a fresh map names another place', () => {
    expect(afterStale(before, { kind: 'forward', cell: 'b', epoch: 2 })).toBe('again');
    expect(afterStale(before, { kind: 'forward', cell: 'a', epoch: 2 })).toBe('again');
  });

  it('stays refused where the map says what it said before', () => {
    expect(afterStale(before, { kind: 'forward', cell: 'a', epoch: 1 })).toBe('pass');
  });

  it('hears of a tenant that is on its way, but not of one that nobody knows', () => {
    expect(afterStale(before, { ...refused, reason: 'moving', retryAfterS: 1 })).toBe('refuse');
    expect(afterStale(before, { ...refused, reason: 'unknown-tenant', retryAfterS: null })).toBe('pass');
  });
});

describe('a request whose way to a web task broke', () => {
  it('goes to another task where it was not written or only reads, and only once', () => {
    expect(afterBrokenAtTask(atTask)).toEqual({ kind: 'again', to: 'another-task' });
    expect(afterBrokenAtTask({ ...atTask, method: 'GET', unsent: false })).toEqual({
      kind: 'again',
      to: 'another-task',
    });
    expect(afterBrokenAtTask({ ...atTask, tries: 2 })).toMatchObject({ status: 503, retryAfterS: 1 });
  });

  it('is in doubt where a write was handed over', () => {
    for (const method of ['PUT', 'POST']) {
      expect(afterBrokenAtTask({ ...atTask, method, unsent: false })).toMatchObject({ status: 502, retryAfterS: null });
    }
  });
});
