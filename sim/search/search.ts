import { programPath } from '../supervisor/programs.ts';
import type { InvariantId } from '../judge/contract.ts';
import { isFind, type Played } from './contract.ts';
import { drawSchedule, type ScheduleOptions } from './draw-schedule.ts';
import { Fleet } from './fleet.ts';
import { hunt, type Find } from './hunt.ts';
import { reduceFind, withoutRefused, type ReducedFind } from './reduce-find.ts';

export interface SearchRequest extends ScheduleOptions {
  readonly first: number;
  readonly count: number;
  /** Threads. */
  readonly jobs: number;
  /** The only violation that counts; null: any. */
  readonly wanted: InvariantId | null;
  readonly shrinkWithinMs: number;
}

export interface SearchHooks {
  readonly onPlayed: (played: Played) => void;
  readonly onFound: (find: Find, invariant: InvariantId) => void;
}

export interface Searched {
  readonly schedules: number;
  readonly found: (ReducedFind & { readonly seed: number; readonly invariant: InvariantId }) | null;
}

export interface RunningSearch {
  readonly done: Promise<Searched>;
  /** Ends it at once; `done` rejects. */
  stop(): Promise<void>;
}

/** Plays schedule after schedule on all threads until one breaks a promise, and shrinks that one. */
export function startSearch(request: SearchRequest, hooks: SearchHooks): RunningSearch {
  const { base, bug, jobs } = request;
  const fleet = new Fleet(programPath('search'), jobs, { base, bug });
  return { done: searchWith(fleet, request, hooks), stop: () => fleet.close() };
}

async function searchWith(fleet: Fleet, request: SearchRequest, hooks: SearchHooks): Promise<Searched> {
  try {
    return await search(fleet, request, hooks);
  } finally {
    await fleet.close();
  }
}

async function search(fleet: Fleet, request: SearchRequest, hooks: SearchHooks): Promise<Searched> {
  const { first, count, jobs, wanted, base, bug } = request;
  const play = fleet.play.bind(fleet);
  const fails = (played: Played) => isFind(played, wanted);
  const { found, schedules } = await hunt(first, count, {
    play: (seed) => play({ kind: 'seed', seed }),
    find: async (seed, played) => {
      if (!fails(played)) return null;
      const find = await withoutRefused(drawSchedule(seed, { base, bug }), played, fails, play);
      return find && { seed, ...find };
    },
    onPlayed: (_seed, played) => hooks.onPlayed(played),
    width: jobs,
  });
  if (!found) return { schedules, found: null };
  const invariant = wanted ?? found.played.violated[0]!.id;
  hooks.onFound(found, invariant);
  const ports = { play, width: jobs, nowMs: () => performance.now() };
  const reduced = await reduceFind(found.scenario, invariant, request.shrinkWithinMs, ports);
  return { schedules, found: { ...reduced, seed: found.seed, invariant } };
}
