import type { Scenario } from '../scenario/scenario.ts';
import type { Played } from './contract.ts';

export interface HuntPorts {
  play(seed: number): Promise<Played>;
  /** What there is to be told of it, where it is a find; null where it is none. */
  find(seed: number, played: Played): Promise<Find | null>;
  /** Called for each schedule as it ends, in whatever order. */
  onPlayed(seed: number, played: Played): void;
  /** How many are played at once. */
  readonly width: number;
}

export interface Find {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly played: Played;
}

export interface Hunted {
  /** The lowest seed that fails, however many are played at once; null: none of them does. */
  readonly found: Find | null;
  /** How many schedules it took, in the order of their seeds. */
  readonly schedules: number;
}

/** Plays the schedules of `count` seeds from `first` on, until one is a find. */
export async function hunt(first: number, count: number, ports: HuntPorts): Promise<Hunted> {
  let next = first;
  let found: Find | null = null;
  const lane = async () => {
    while (next < first + count && (found === null || next < found.seed)) {
      const seed = next++;
      const played = await ports.play(seed);
      ports.onPlayed(seed, played);
      const find = await ports.find(seed, played);
      if (find && (found === null || seed < found.seed)) found = find;
    }
  };
  await Promise.all(Array.from({ length: ports.width }, lane));
  return { found, schedules: placeOf(found, first) ?? count };
}

function placeOf(found: Find | null, first: number): number | null {
  return found && found.seed - first + 1;
}
