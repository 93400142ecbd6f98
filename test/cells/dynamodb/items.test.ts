import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Write } from '../../../cells/dynamodb/contract.ts';
import { Items } from '../../../cells/dynamodb/items.ts';

describe('conditional writes', () => {
  let items: Items;
  const put = (key: string, item: object, more: object = {}): Write => ({
    ...{ op: 'put', table: 't', key, item: item as Record<string, unknown> },
    ...more,
  });

  beforeEach(() => {
    items = new Items(new Database(':memory:'));
    items.write([put('a', { n: 1, tags: ['x'], by: { who: 'me', when: 1 } })]);
  });

  it('put only where the condition holds, and show what is there where it does not', () => {
    expect(items.write([put('a', { n: 2 }, { if: { kind: 'absent' } })])).toEqual({
      ...{ ok: false, failed: 0, current: { n: 1, tags: ['x'], by: { who: 'me', when: 1 } } },
    });
    expect(items.write([put('b', { n: 2 }, { if: { kind: 'present' } })])).toEqual({
      ok: false,
      failed: 0,
      current: null,
    });
    expect(items.write([put('b', { n: 2 }, { if: { kind: 'absent' } })])).toEqual({ ok: true });
    expect(items.get('t', 'b')).toEqual({ n: 2 });
  });

  it.each([
    [{ n: 1 }, true],
    [{ n: 2 }, false],
    [{ n: '1' }, false],
    [{ tags: ['x'] }, true],
    [{ tags: ['x', 'y'] }, false],
    [{ by: { when: 1, who: 'me' } }, true],
    [{ by: { who: 'me' } }, false],
    [{ n: 1, missing: null }, false],
    [{}, true],
  ])('compare the named fields as JSON: %j → %s', (fields, holds) => {
    expect(items.write([put('a', { n: 9 }, { if: { kind: 'equals', fields } })]).ok).toBe(holds);
    expect(items.get('t', 'a')?.['n']).toBe(holds ? 9 : 1);
  });

  it('do all of a call or none of it, and each write sees those before it', () => {
    const check: Write = { op: 'check', table: 't', key: 'new', if: { kind: 'absent' } };
    expect(items.write([put('new', { n: 1 }), { op: 'delete', table: 't', key: 'a' }, check])).toEqual({
      ...{ ok: false, failed: 2, current: null },
    });
    expect([items.get('t', 'new'), items.get('t', 'a')?.['n']]).toEqual([null, 1]);
    expect(items.write([check, put('new', { n: 1 })])).toEqual({ ok: true });
  });

  it('add to a number, from 0 where there is none, and leave the other fields', () => {
    items.write([
      { op: 'add', table: 't', key: 'a', field: 'n', by: 5 },
      { op: 'add', table: 'meta', key: 'map', field: 'version', by: 1 },
      { op: 'add', table: 'meta', key: 'map', field: 'version', by: 1 },
    ]);
    expect(items.get('t', 'a')).toMatchObject({ n: 6, tags: ['x'] });
    expect(items.get('meta', 'map')).toEqual({ version: 2 });
    expect(() => items.write([put('z', {}), { op: 'add', table: 't', key: 'a', field: 'tags', by: 1 }])).toThrow(
      'not a number',
    );
    expect(items.get('t', 'z')).toBeNull();
  });

  it('refuse an item over 64 KiB', () => {
    expect(() => items.write([put('big', { text: 'x'.repeat(64 * 1024) })])).toThrow(RangeError);
    expect(items.get('t', 'big')).toBeNull();
  });

  it('scan by table and prefix, in order, with nothing special in a prefix', () => {
    items.write([put('b_1', { n: 2 }), put('b%2', { n: 3 }), { op: 'put', table: 'u', key: 'b_1', item: { n: 4 } }]);
    expect(items.scan(['t', 'u'], 'b_')).toEqual([
      { table: 't', key: 'b_1', item: { n: 2 } },
      { table: 'u', key: 'b_1', item: { n: 4 } },
    ]);
    expect(items.scan(['t'], '').map(({ key }) => key)).toEqual(['a', 'b%2', 'b_1']);
  });
});
