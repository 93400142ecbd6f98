import type { Event } from '../../cells/runtime/events.ts';
import type { RunFolder } from '../runs/read-run.ts';
import { RunFolderError } from '../runs/run-folder-error.ts';
import { parseWorldFile } from '../world/world-file.ts';
import type { World } from '../world/world.ts';
import { Replay } from './replay.ts';

/** Reads a recorded run so that it can be played. Rejects with a {@link RunFolderError}. */
export async function openReplay(run: RunFolder): Promise<Replay> {
  const { plan, petri } = run;
  const world = worldOf(run);
  const events: Event[] = [];
  for await (const event of run.events()) events.push(event);
  const recorded = {
    world,
    judged: plan.judged,
    startedAt: plan.startedAt,
    engine: petri.engine,
    release: petri.version,
  };
  return new Replay(recorded, events, plan.done);
}

function worldOf({ world, path, plan }: RunFolder): World {
  const outcome = parseWorldFile(Buffer.from(world));
  if (outcome.kind === 'world') return { ...outcome.world, on: plan.judged.on };
  throw new RunFolderError(`world.yaml in ${path} is no world file: the run was not recorded to its end; run it again`);
}
