import type { Played } from './contract.ts';

export interface HuntPorts {
  play(seed: number): Promise<Played>;
  isFind(played: Played): boolean;
  /** Called for each schedule as it ends, in whatever order. */
  onPlayed(seed: number, played: Played): void;
  /** How many are played at once. */
  readonly width: number;
}

export interface Hunted {
  /** The lowest seed that fails, however many are played at once; null: none of them does. */
  readonly found: { readonly seed: number; readonly played: Played } | null;
  /** How many schedules it took, in the order of their seeds. */
  readonly schedules: number;
}

/** Plays the schedules of `count` seeds from `first` on, until one is a find. */
export async function hunt(first: number, count: number, ports: HuntPorts): Promise<Hunted> {
  let next = first;
  let found: Hunted['found'] = null;
  const lane = async () => {
    while (next < first + count && (found === null || next < found.seed)) {
      const seed = next++;
      const played = await ports.play(seed);
      ports.onPlayed(seed, played);
      if (ports.isFind(played) && (found === null || seed < found.seed)) found = { seed, played };
    }
  };
  await Promise.all(Array.from({ length: ports.width }, lane));
  return { found, schedules: schedulesUntil(found, first, count) };
}

function schedulesUntil(found: Hunted['found'], first: number, count: number): number {
  return found === null ? count : found.seed - first + 1;
}
