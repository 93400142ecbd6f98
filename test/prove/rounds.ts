/** What one round of a proof found: nothing wrong, or each wrong thing as a sentence. */
export interface Round {
  readonly problems: readonly string[];
  /** Figures worth telling. */
  readonly facts: Readonly<Record<string, number | string>>;
}

export interface Proof {
  readonly name: string;
  /** What it shows, in a sentence. */
  readonly claim: string;
  readonly full: number;
  /** Runs these of its rounds, counted from 0, telling each as it ends. */
  run(rounds: readonly number[], tell: (round: Round) => void): Promise<void>;
}

/** Those of a list whose turn these rounds are. */
export function turnsOf<T>(all: readonly T[], rounds: readonly number[]): readonly T[] {
  return rounds.flatMap((round) => all[round] ?? []);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
