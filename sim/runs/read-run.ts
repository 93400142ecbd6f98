import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Event } from '../../cells/runtime/events.ts';
import { parseEvent } from '../events/event-file.ts';
import { unpackRun } from './packed-run.ts';
import { RunFolderError } from './run-folder-error.ts';
import { runFormat, type RunMetrics, type RunPetri, type RunPlan, type Verdict } from './contract.ts';

/** A run that was recorded, opened for reading. */
export interface RunFolder {
  /** As it was asked for, or what `last` stands for: a person can type it again. */
  readonly path: string;
  /** Where its files are: `path`, or where a packed run was unpacked. */
  readonly folder: string;
  readonly plan: RunPlan;
  readonly petri: RunPetri;
  readonly metrics: RunMetrics;
  readonly verdict: Verdict;
  /** `scenario.yaml` and `world.yaml` as they stand there. */
  readonly scenario: string;
  readonly world: string;
  /** Every event, in the order of the merged log. A line that is no event is left out; the missing `seq` tells. */
  events(): AsyncIterable<Event>;
}

/** Where `petri run` records, below the folder that it is called in. */
export const runsFolder = 'runs';

/** Opens a run: its folder, the file that `petri pack` made of it, or `last`, the newest one of `runs/`. Rejects with a {@link RunFolderError}. */
export async function openRun(asked: string): Promise<RunFolder> {
  const path = asked === 'last' ? newestRun() : asked;
  const folder = statSync(path, { throwIfNoEntry: false })?.isFile() ? await unpacked(path) : path;
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory() || !existsSync(join(folder, 'plan.json')))
    throw new RunFolderError(`${path} is no recorded run: petri run SCENARIO records one below ${runsFolder}/`);
  const [plan, petri, metrics, verdict] = await Promise.all([
    readJson<RunPlan>(folder, 'plan.json'),
    readJson<RunPetri>(folder, 'petri.json'),
    readJson<RunMetrics>(folder, 'metrics.json'),
    readJson<Verdict>(folder, 'verdict.json'),
  ]);
  for (const { format } of [plan, metrics, verdict]) checkFormat(path, format);
  const [scenario, world] = await Promise.all([readText(folder, 'scenario.yaml'), readText(folder, 'world.yaml')]);
  return {
    path,
    folder,
    plan,
    petri,
    metrics,
    verdict,
    scenario,
    world,
    events: () => readEvents(join(folder, 'events.ndjson')),
  };
}

/** A packed run is read from a folder that goes with this process. */
async function unpacked(file: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'petri-run-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await unpackRun(file, folder);
  return folder;
}

/** Names begin with the time: the last by name is the newest. */
function newestRun(): string {
  const names = existsSync(runsFolder) ? readdirSync(runsFolder) : [];
  const newest = names
    .filter((name) => existsSync(join(runsFolder, name, 'plan.json')))
    .toSorted()
    .at(-1);
  if (newest === undefined)
    throw new RunFolderError(`there is no run below ${runsFolder}/ here: petri run SCENARIO records one`);
  return join(runsFolder, newest);
}

function checkFormat(path: string, format: number): void {
  if (format === runFormat) return;
  throw new RunFolderError(
    `${path} is a run of format ${format}, and this version reads ${runFormat}: open it with the Petri that petri.json in it names`,
  );
}

async function readJson<T>(path: string, name: string): Promise<T> {
  const text = await readText(path, name);
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new RunFolderError(`${join(path, name)} is no JSON: the run was not recorded to its end; run it again`);
  }
}

async function readText(path: string, name: string): Promise<string> {
  try {
    return await readFile(join(path, name), 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is missing' : 'cannot be read';
    throw new RunFolderError(`${join(path, name)} ${why}: the run was not recorded to its end; run it again`);
  }
}

async function* readEvents(file: string): AsyncIterable<Event> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const event = parseEvent(line);
    if (event) yield event;
  }
}
