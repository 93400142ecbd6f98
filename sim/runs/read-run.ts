import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Event } from '../../cells/runtime/events.ts';
import { parseEvent } from '../events/event-file.ts';
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

/** A run that cannot be read: says what is wrong, where, and what to do. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
  readonly code = 'usage';
}

/** Where `petri run` records, below the folder that it is called in. */
export const runsFolder = 'runs';

/** Opens a run's folder; `last` is the newest one of `runs/`. Rejects with a {@link RunFolderError}. */
export async function openRun(asked: string): Promise<RunFolder> {
  const path = asked === 'last' ? newestRun() : asked;
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory() || !existsSync(join(path, 'plan.json')))
    throw new RunFolderError(`${path} is no recorded run: petri run SCENARIO records one below ${runsFolder}/`);
  const [plan, petri, metrics, verdict] = await Promise.all([
    readJson<RunPlan>(path, 'plan.json'),
    readJson<RunPetri>(path, 'petri.json'),
    readJson<RunMetrics>(path, 'metrics.json'),
    readJson<Verdict>(path, 'verdict.json'),
  ]);
  for (const { format } of [plan, metrics, verdict]) checkFormat(path, format);
  const [scenario, world] = await Promise.all([readText(path, 'scenario.yaml'), readText(path, 'world.yaml')]);
  return {
    path,
    folder: path,
    plan,
    petri,
    metrics,
    verdict,
    scenario,
    world,
    events: () => readEvents(join(path, 'events.ndjson')),
  };
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
