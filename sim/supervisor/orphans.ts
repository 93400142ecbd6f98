import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hasProc, isSame, startTimeOf } from '../substrate/process/identity.ts';
import { markerName } from '../substrate/process/part-environment.ts';
import { until } from '../substrate/process/until.ts';
import { markEnded, readLedger, type DockerWorld, type SpawnedPart } from './ledger.ts';
import type { StateFolder } from './state-folder.ts';

/** The longest that a sweep goes on looking for stragglers, in milliseconds. */
export const sweepMsMax = 4000;

export type SweepResult =
  /** No world was ever grown here, or it ended as it should. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'alive'; readonly pid: number }
  /** Its supervisor was dead: what was left of it has been ended. `left` is what would not die. */
  | { readonly kind: 'swept'; readonly killed: readonly string[]; readonly left: readonly string[] };

/**
 * Ends what a dead supervisor left behind, frozen parts included, and nothing else: only processes whose pid *and* start
 * time are in the ledger, and processes of this user that carry the world's own random mark in their environment.
 * A world whose supervisor lives is left alone. May run in several processes at once.
 */
export async function sweepDeadWorld(folder: StateFolder): Promise<SweepResult> {
  const { world, parts, ended } = readLedger(folder.ledger);
  if (!world || ended) return { kind: 'nothing' };
  if (isSame(world.pid, world.startTime)) return { kind: 'alive', pid: world.pid };

  const killed = new Set<string>();
  let left: readonly SpawnedPart[] = [];
  let emptyPasses = 0;
  await until(
    () => {
      left = livingParts(parts, world.token);
      for (const part of left) if (killPart(part)) killed.add(part.address);
      // A part that was being born as its supervisor died shows its mark only once it has begun: look twice.
      emptyPasses = left.length === 0 ? emptyPasses + 1 : 0;
      return emptyPasses === 2;
    },
    sweepMsMax,
    40,
  );
  const containers = await sweepContainers(world.docker);
  const stays = [...left.map((part) => part.address), ...containers.left];
  if (readLedger(folder.ledger).world?.token === world.token) {
    rmSync(folder.socket, { force: true });
    if (stays.length === 0) markEnded(folder.ledger, world.token, Date.now());
  }
  return { kind: 'swept', killed: [...killed, ...containers.removed], left: stays };
}

/** Removes what carries the dead life's labels. An engine that does not answer leaves it to the next command. */
async function sweepContainers(
  docker: DockerWorld | null | undefined,
): Promise<{ readonly removed: readonly string[]; readonly left: readonly string[] }> {
  if (!docker) return { removed: [], left: [] };
  const { sweepProject } = await import('../substrate/docker/sweep.ts');
  return sweepProject(docker).catch((error: Error) => ({
    removed: [],
    left: [`containers of ${docker.project} (${error.message})`],
  }));
}

function livingParts(known: readonly SpawnedPart[], token: string): readonly SpawnedPart[] {
  const living = new Map<number, SpawnedPart>();
  for (const part of known) if (isSame(part.pid, part.startTime)) living.set(part.pid, part);
  for (const part of markedParts(token)) living.set(part.pid, part);
  return [...living.values()];
}

/** SIGKILL ends a stopped process too, without letting it run on for an instant first. */
function killPart(part: SpawnedPart): boolean {
  if (!isSame(part.pid, part.startTime)) return false;
  try {
    process.kill(part.pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** This user's processes that carry the world's mark. Empty where there is no /proc: there the ledger must do. */
export function markedParts(token: string): readonly SpawnedPart[] {
  if (!hasProc) return [];
  const mark = `\0${markerName}=${token}:`;
  const found: SpawnedPart[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const environment = ownEnvironment(pid);
    const from = environment?.indexOf(mark) ?? -1;
    if (!environment || from < 0) continue;
    const startTime = startTimeOf(pid);
    const address = environment.slice(from + mark.length).split('\0', 1)[0] ?? '';
    if (startTime !== null) found.push({ address, pid, startTime });
  }
  return found;
}

/** Null for other users' processes, also where we could read them (as root). */
function ownEnvironment(pid: number): string | null {
  try {
    if (statSync(`/proc/${pid}`).uid !== process.getuid?.()) return null;
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
  } catch {
    return null;
  }
}
