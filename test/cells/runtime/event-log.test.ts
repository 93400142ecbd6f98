import { appendFileSync, existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventLog, rotateAtBytes } from '../../../cells/runtime/event-log.ts';
import type { Event } from '../../../cells/runtime/events.ts';
import { removeFolder, temporaryFolder } from '../../support/part-process.ts';
import { eventually } from '../../support/until.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'events', 'a-web-1.ndjson');
});
afterEach(() => removeFolder(folder));

const lines = (path = file) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event);

it('writes whole lines by itself, numbered from 1 within each life', async () => {
  const first = new EventLog(file, 'a/web/1');
  first.record('job.accepted', { job: 'j1' });
  first.record('job.accepted', { job: 'line\nbreak' });
  await eventually('written without a flush', () => lines().length === 2);
  first.close();
  const second = new EventLog(file, 'a/web/1');
  second.record('job.accepted', { job: 'j3' });
  second.close();

  const seen = lines();
  expect(seen.map(({ v, seq, part, kind, job }) => ({ v, seq, part, kind, job }))).toEqual([
    { v: 1, seq: 1, part: 'a/web/1', kind: 'job.accepted', job: 'j1' },
    { v: 1, seq: 2, part: 'a/web/1', kind: 'job.accepted', job: 'line\nbreak' },
    { v: 1, seq: 1, part: 'a/web/1', kind: 'job.accepted', job: 'j3' },
  ]);
  expect(seen[0]!.life).toBe(seen[1]!.life);
  expect(seen[2]!.life).not.toBe(seen[0]!.life);
  expect(seen[1]!.t).toBeGreaterThanOrEqual(seen[0]!.t);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('is rotated once it is full, and goes on counting', () => {
  new EventLog(file, 'map').close();
  truncateSync(file, rotateAtBytes - 10);
  const log = new EventLog(file, 'map');
  log.record('map.changed', { version: 2 });
  log.flush();
  log.record('map.changed', { version: 3 });
  log.close();
  expect(existsSync(`${file}.1`)).toBe(true);
  expect(lines().map(({ seq, version }) => [seq, version])).toEqual([
    [1, 2],
    [2, 3],
  ]);
});

it('begins on a line of its own after a life that was cut off in the middle of one', () => {
  const first = new EventLog(file, 'map');
  first.record('map.changed', { version: 1 });
  first.close();
  appendFileSync(file, '{"v":1,"t":12');
  const second = new EventLog(file, 'map');
  second.record('map.changed', { version: 2 });
  second.close();
  const [whole, torn, after] = readFileSync(file, 'utf8').split('\n');
  expect(JSON.parse(whole!)).toMatchObject({ version: 1 });
  expect(torn).toBe('{"v":1,"t":12');
  expect(JSON.parse(after!)).toMatchObject({ version: 2 });
});
