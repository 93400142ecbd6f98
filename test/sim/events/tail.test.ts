import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EventLog } from '../../../cells/runtime/event-log.ts';
import { monotonicMicros } from '../../../cells/runtime/time.ts';
import type { Event } from '../../../cells/runtime/events.ts';
import type { Gap } from '../../../sim/events/merge.ts';
import { EventTail } from '../../../sim/events/tail.ts';

let folder: string;
let seen: Event[];
let gaps: Gap[];
let tail: EventTail;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-tail-'));
  seen = [];
  gaps = [];
  tail = new EventTail({
    pollMs: 20,
    onEvents: (events) => void seen.push(...events),
    onGap: (gap) => void gaps.push(gap),
  });
});

afterEach(() => {
  tail.close();
  rmSync(folder, { recursive: true });
});

function line(seq: number, life = 'l1', t = monotonicMicros()): string {
  return JSON.stringify({ v: 1, t, at: 1, seq, life, part: 'a/web/1', kind: 'test' }) + '\n';
}

const sequence = () => seen.map((event) => event.seq);

test('yields the events of parts that log while it follows, merged by time', async () => {
  const files = ['a', 'b', 'c'].map((name) => join(folder, `${name}.ndjson`));
  for (const file of files) tail.add(file);
  const logs = files.map((file) => new EventLog(file, file));
  for (let n = 0; n < 300; n++) {
    logs[n % 3]!.record('tick', { n });
    if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const log of logs) log.flush();
  await vi.waitFor(() => expect(seen).toHaveLength(300));
  const times = seen.map((event) => event.t);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(gaps).toEqual([]);
  for (const log of logs) log.close();
});

test('misses nothing when the file is rotated between and during writes', async () => {
  const file = join(folder, 'a.ndjson');
  tail.add(file);
  for (let seq = 1; seq <= 400; seq++) {
    appendFileSync(file, line(seq));
    if (seq % 90 === 0) {
      tail.poll();
      appendFileSync(file, line(++seq));
      renameSync(file, `${file}.1`);
      appendFileSync(file, line(++seq));
    }
  }
  await vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(400));
  expect(sequence()).toEqual(Array.from({ length: seen.length }, (_, index) => index + 1));
  expect(gaps).toEqual([]);
});

test('holds half a line until its end comes', async () => {
  const file = join(folder, 'a.ndjson');
  tail.add(file);
  const whole = line(1);
  appendFileSync(file, whole.slice(0, 30));
  tail.poll();
  appendFileSync(file, whole.slice(30) + line(2));
  await vi.waitFor(() => expect(sequence()).toEqual([1, 2]));
});

test('starts again at a truncated file, and reads one that comes late', async () => {
  const file = join(folder, 'a.ndjson');
  tail.add(file);
  tail.poll();
  writeFileSync(file, line(1) + line(2));
  await vi.waitFor(() => expect(sequence()).toEqual([1, 2]));
  truncateSync(file);
  appendFileSync(file, line(1, 'l2'));
  await vi.waitFor(() => expect(sequence()).toEqual([1, 2, 1]));
  expect(gaps).toEqual([]);
});

test('reports a gap, a torn line and a file joined late', async () => {
  const file = join(folder, 'a.ndjson');
  writeFileSync(file, line(1) + line(2));
  tail.add(file, 'end');
  tail.poll();
  appendFileSync(file, line(3) + line(6) + '{"torn\n' + line(8) + line(1, 'l2') + line(3, 'l2'));
  await vi.waitFor(() => expect(seen).toHaveLength(5));
  expect(gaps.map(({ life, expected, seen: got }) => [life, expected, got])).toEqual([
    ['l1', 4, 6],
    ['l1', 7, 8],
    ['l2', 2, 3],
  ]);
});

test('closing hands on what was still held', () => {
  const file = join(folder, 'a.ndjson');
  writeFileSync(file, line(2, 'l1', 20) + line(1, 'l1', 10) + line(3, 'l1', monotonicMicros() + 5_000_000));
  tail.add(file);
  tail.close();
  expect(sequence()).toEqual([1, 2, 3]);
});
