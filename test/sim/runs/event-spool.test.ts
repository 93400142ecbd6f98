import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { EventSpool } from '../../../sim/runs/event-spool.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const event = (part: string, life: string, seq: number, t: number, more: object = {}): Event => ({
  ...{ v: 1, t, at: 0, seq, life, part, kind: 'job.done' },
  ...more,
});

async function merged(spool: EventSpool): Promise<Event[]> {
  const events: Event[] = [];
  await spool.merge((batch) => void events.push(...batch));
  return events;
}

test('what a frozen part tells late stands where it belongs', async () => {
  const spool = new EventSpool(join(folder, 'spool'));
  spool.add([event('a', 'a1', 1, 10), event('b', 'b1', 1, 12)]);
  spool.add([event('a', 'a1', 2, 30), event('a', 'a2', 1, 31)]);
  spool.add([event('b', 'b1', 2, 13), event('b', 'b1', 3, 40)]);
  expect((await merged(spool)).map(({ life, t }) => `${life} ${t}`)).toEqual([
    'a1 10',
    'b1 12',
    'b1 13',
    'a1 30',
    'a2 31',
    'b1 40',
  ]);
});

test('every event of many lives comes once, in order, with all that it said', async () => {
  const spool = new EventSpool(join(folder, 'spool'));
  const all: Event[] = [];
  for (let t = 0; t < 20_000; t++) {
    const life = `life${t % 37}`;
    all.push(event(`part${t % 5}`, life, Math.floor(t / 37) + 1, t, { text: `é ${t}\u2028`, list: [t] }));
  }
  for (let from = 0; from < all.length; from += 700) spool.add(all.slice(from, from + 700));
  expect(await merged(spool)).toEqual(all);
});

test('nothing is left once it is removed', () => {
  const spool = new EventSpool(join(folder, 'spool'));
  spool.add([event('a', 'a1', 1, 10)]);
  spool.remove();
  expect(existsSync(join(folder, 'spool'))).toBe(false);
});
