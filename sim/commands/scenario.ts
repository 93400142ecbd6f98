import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../cells/runtime/events.ts';
import { monotonicMicros } from '../../cells/runtime/time.ts';
import { parseEvent } from '../events/event-file.ts';
import { LineReader } from '../runs/line-reader.ts';
import { printScenario } from '../scenario/print.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { scenarioOf } from '../scenario/what-was-done.ts';
import { eventsFileName } from '../world/places.ts';
import { parseDuration } from '../world/quantities.ts';
import type { World } from '../world/world.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { loadScenario } from './load-scenario.ts';
import { withWorld, type LiveWorld } from './live-world.ts';
import { flag, parsedOption, textOption } from './options.ts';
import { printJson } from './print.ts';
import { lastGrown } from './start-supervisor.ts';

const sinceRange = { min: 1000, max: 24 * 3_600_000 };

/** Writes what was done to a world, or what a run ran, as a scenario file. */
export async function run(invocation: Invocation): Promise<void> {
  const { args, options, context } = invocation;
  const asked = args[0] ?? 'live';
  const { scenario, comment } =
    asked === 'live'
      ? await whatWasDone(invocation)
      : { scenario: (await loadScenario(asked)).scenario, comment: [] as readonly string[] };
  const text = printScenario(scenario, comment);
  const file = textOption(options, 'output');
  if (flag(options, 'json')) printJson(context, scenario);
  else if (file === null) context.data(text.trimEnd());
  if (file === null) return;
  try {
    writeFileSync(file, text);
  } catch (error) {
    usage(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}): name another file with -o`);
  }
  if (!flag(options, 'json')) context.out(`${file}: petri run ${file}`);
}

async function whatWasDone(
  invocation: Invocation,
): Promise<{ readonly scenario: Scenario; readonly comment: readonly string[] }> {
  const sinceMs = parsedOption(invocation.options, 'since', (text) => parseDuration(text, sinceRange));
  return withWorld(invocation, async (connection) => {
    const world = worldOf(connection);
    const nowT = monotonicMicros();
    const sinceT = sinceMs === null ? 0 : nowT - sinceMs * 1000;
    const scenario = scenarioOf(world, supervisorEvents(connection), sinceT, nowT);
    return { scenario, comment: [`What was done to the world ${world.name}: petri run runs it again.`] };
  });
}

function worldOf({ folder, name }: LiveWorld): World {
  const world = lastGrown(folder);
  return (
    world ?? usage(`${name} is a world that Docker Compose made: what was done to it is not written as a scenario`)
  );
}

/** What the supervisor of this life of the world has recorded; an older life's clock was another. */
function supervisorEvents({ folder }: LiveWorld): readonly Event[] {
  const current = join(folder.events, eventsFileName('supervisor'));
  const events = [`${current}.1`, current].flatMap((path) => (existsSync(path) ? readEvents(path) : []));
  const life = events.at(-1)?.life;
  return events.filter((event) => event.life === life);
}

function readEvents(path: string): readonly Event[] {
  const lines = new LineReader(path);
  const events: Event[] = [];
  for (let line = lines.next(); line !== null; line = lines.next()) {
    const event = parseEvent(line);
    if (event) events.push(event);
  }
  return events;
}
