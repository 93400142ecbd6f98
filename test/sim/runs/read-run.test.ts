import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { openRun } from '../../../sim/runs/read-run.ts';
import { RunFolderError } from '../../../sim/runs/run-folder-error.ts';
import { recordedRun, writeRun } from '../../support/recorded-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'petri-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function eventsOf(path: string): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of (await openRun(path)).events()) events.push(event);
  return events;
}

test('what was recorded is read again', async () => {
  const run = recordedRun();
  writeRun(run, folder);
  const { plan, petri, metrics, verdict, scenario, world } = await openRun(folder);
  expect({ plan, petri, metrics, verdict, scenario, world, events: await eventsOf(folder) }).toEqual(run);
});

test('a torn last line is left out', async () => {
  const run = recordedRun();
  writeRun(run, folder);
  writeFileSync(join(folder, 'events.ndjson'), `${JSON.stringify(run.events[0])}\n{"v":1,"t":`);
  expect(await eventsOf(folder)).toEqual([run.events[0]]);
});

test.each([
  ['a folder that is not there', () => join(folder, 'nowhere'), 'is no recorded run'],
  ['a folder that is no run', () => folder, 'is no recorded run'],
])('%s is refused with what to do', async (_name, path, words) => {
  const refused = openRun(path());
  await expect(refused).rejects.toThrow(RunFolderError);
  await expect(refused).rejects.toThrow(words);
});

test('a run without its verdict was not recorded to its end', async () => {
  writeRun(recordedRun(), folder);
  rmSync(join(folder, 'verdict.json'));
  await expect(openRun(folder)).rejects.toThrow(/verdict\.json is missing: .*run it again/);
});

test('another format is refused, and who can read it is said', async () => {
  const run = recordedRun();
  writeRun(run, folder);
  writeFileSync(join(folder, 'plan.json'), JSON.stringify({ ...run.plan, format: 2 }));
  await expect(openRun(folder)).rejects.toThrow(/format 2, and this version reads 1/);
});
