import { realTime } from '../../cells/runtime/time.ts';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MapCache } from '../../router/map-cache.ts';
import { mapFileIn } from '../../router/map-file.ts';
import { parseMap, validateMap } from '../../router/map-validate.ts';

const entry = { cell: 'a', epoch: 2, override: null };
const current = { version: 5, tenants: { t01: entry, t02: { ...entry, cell: 'b' }, t03: entry } };
const cells = new Set(['a', 'b']);
const { t01: _gone, ...withoutT01 } = current.tenants;

describe('a map is refused', () => {
  test.each([
    ['null', null],
    ['text', 'map'],
    ['a list', []],
    ['no tenants', { version: 6 }],
    ['tenants as a list', { version: 6, tenants: [] }],
    ['no version', { tenants: current.tenants }],
    ['half a version', { ...current, version: 6.5 }],
    ['a negative version', { ...current, version: -1 }],
    ['an older version', { ...current, version: 4 }],
    ['emptied', { version: 6, tenants: {} }],
    ['most tenants gone', { version: 6, tenants: { t01: entry } }],
    ['an unknown cell', { version: 6, tenants: { ...current.tenants, t01: { ...entry, cell: 'z' } } }],
    ['a cell that is no text', { version: 6, tenants: { ...current.tenants, t01: { ...entry, cell: 1 } } }],
    ['an epoch that falls', { version: 6, tenants: { ...current.tenants, t01: { ...entry, epoch: 1 } } }],
    ['an epoch that is no number', { version: 6, tenants: { ...current.tenants, t01: { ...entry, epoch: '2' } } }],
    ['an unknown override', { version: 6, tenants: { ...current.tenants, t01: { ...entry, override: 'moved' } } }],
    ['no override', { version: 6, tenants: { ...current.tenants, t01: { cell: 'a', epoch: 2 } } }],
    ['an entry that is none', { version: 6, tenants: { ...current.tenants, t01: null } }],
    ['a tenant with a wrong id', { version: 6, tenants: { ...current.tenants, 'T 1': entry } }],
    ['a change under the same version', { version: 5, tenants: { ...current.tenants, t01: { ...entry, cell: 'b' } } }],
  ])('%s', (_name, map) => {
    expect(validateMap(map, current, cells)).toMatchObject({ ok: false, reason: expect.any(String) as string });
  });

  test('and taken where it is newer and whole, or the very same', () => {
    for (const map of [
      current,
      { ...current, version: 6 },
      { version: 6, tenants: { ...current.tenants, t04: entry } },
      { version: 6, tenants: withoutT01 },
    ]) {
      expect(validateMap(map, current, cells)).toMatchObject({ ok: true, map: { version: map.version } });
    }
  });

  test('unchecked, anything with an outline is taken, and nothing in it can reach a header line', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.record({ cell: fc.anything(), epoch: fc.anything(), override: fc.anything() })),
        (tenants) => {
          const parsed = parseMap({ version: 'x', tenants });
          expect(parsed.ok).toBe(true);
          if (!parsed.ok) return;
          for (const { cell, epoch } of Object.values(parsed.map.tenants)) {
            expect(cell).toMatch(/^[a-z0-9-]+$/);
            expect(Number.isSafeInteger(epoch)).toBe(true);
          }
        },
      ),
    );
  });
});

describe('the cached copy', () => {
  let volume: string;
  let validate: boolean;
  let events: { kind: string; [field: string]: unknown }[];
  beforeEach(() => {
    volume = mkdtempSync(join(tmpdir(), 'petri-map-'));
    validate = true;
    events = [];
  });
  afterEach(() => rmSync(volume, { recursive: true, force: true }));
  const open = () =>
    new MapCache({
      file: mapFileIn(volume),
      time: realTime,
      cells: () => cells,
      validate: () => validate,
      validateMap,
      events: { record: (kind, fields) => void events.push({ kind, ...fields }) },
    });

  test('survives a restart, whole', () => {
    open().offer(current, 'push', 'control');
    expect(readdirSync(volume)).toEqual(['map.json']);
    const again = open();
    expect(again.source).toBe('disk');
    expect(again.current).toEqual(current);
  });

  test('starts without one where the file is half written', () => {
    writeFileSync(join(volume, 'map.json'), '{"version":5,"ten');
    expect(open()).toMatchObject({ current: null, source: 'none' });
  });

  test('keeps the last good one when a corrupt one is pushed, and says so', () => {
    const cache = open();
    cache.offer(current, 'push', 'control');
    expect(cache.offer({ version: 6, tenants: {} }, 'push', 'fault')).toEqual({
      accepted: false,
      version: 5,
      reason: expect.any(String) as string,
    });
    expect(cache.current).toEqual(current);
    expect(open().current).toEqual(current);
    expect(events.slice(0, 2)).toEqual([
      { kind: 'map.changed', version: 5, source: 'push', by: 'control' },
      { kind: 'map.refused', version: 6, source: 'push', by: 'fault', reason: expect.any(String) as string },
    ]);
  });

  test('takes the corrupt one where it may not check', () => {
    const cache = open();
    cache.offer(current, 'push');
    validate = false;
    expect(cache.offer({ version: 1, tenants: {} }, 'push')).toEqual({ accepted: true, version: 1, reason: null });
    expect(cache.current).toMatchObject({ version: 1 });
  });

  test('the corrupt one stays until the store has a newer one, or the router checks again', async () => {
    const cache = open();
    let stored = current;
    cache.follow({ version: async () => stored.version, read: async () => stored, close: () => {} });
    cache.offer(current, 'push');
    validate = false;
    const corrupt = { version: 6, tenants: {} };
    cache.offer(corrupt, 'push');
    await cache.pull();
    expect(cache.current).toEqual(corrupt);
    stored = { ...current, version: 7 };
    await cache.pull();
    expect(cache.current).toEqual(stored);
    cache.offer({ version: 8, tenants: {} }, 'push');
    validate = true;
    await cache.pull();
    expect(cache.current).toEqual(stored);
    cache.close();
  });
});
