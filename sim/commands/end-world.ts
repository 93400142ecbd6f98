import { setTimeout as wait } from 'node:timers/promises';
import { isSame, startTimeOf } from '../substrate/process/identity.ts';
import { Failure } from './failure.ts';
import type { LiveWorld } from './live-world.ts';

const downMsMax = 30_000;

interface Ended {
  readonly world: string;
  readonly parts: number;
  /** The Compose project that goes on without its supervisor. */
  readonly attachedTo: string | null;
}

/** Ends a world and waits until its supervisor is gone, so that what follows finds its ports free. */
export async function endWorld(world: LiveWorld): Promise<Ended> {
  try {
    const { pid } = await world.call('hello', {});
    const startTime = startTimeOf(pid);
    const { parts, attachedTo } = await world.call('down', {}, downMsMax);
    const deadline = Date.now() + downMsMax;
    while (startTime !== null && isSame(pid, startTime)) {
      if (Date.now() > deadline)
        throw new Failure('unproven', `the supervisor of ${world.name} (process ${pid}) has not ended: petri doctor`);
      await wait(20);
    }
    return { world: world.name, parts, attachedTo };
  } finally {
    world.close();
  }
}
