import type { AuroraRole } from '../aurora/contract.ts';

/** What a client knows of one instance. */
export interface Instance {
  /** The last role it told; null while there is no connection. */
  readonly role: AuroraRole['role'] | null;
  readonly generation: number;
  /** A call to it ran into its time or broke, and nothing has come from it since. */
  readonly suspect: boolean;
}

/** The writer of the newest generation, by index; null where none is known. */
export function chooseWriter(instances: readonly Instance[]): number | null {
  let best: number | null = null;
  for (const [index, instance] of instances.entries()) {
    if (instance.role !== 'writer') continue;
    if (best === null || instance.generation > (instances[best]?.generation ?? -1)) best = index;
  }
  return best;
}

/** Instances a read may go to, the best first: those that answered last time before suspects, the writer before a reader. */
export function chooseReaders(instances: readonly Instance[]): readonly number[] {
  const usable = [...instances.entries()].filter(
    ([, instance]) => instance.role === 'writer' || instance.role === 'reader',
  );
  const newest = Math.max(...usable.map(([, instance]) => instance.generation));
  return usable
    .filter(([, instance]) => instance.generation === newest)
    .sort(
      ([, a], [, b]) =>
        Number(a.suspect) - Number(b.suspect) || Number(b.role === 'writer') - Number(a.role === 'writer'),
    )
    .map(([index]) => index);
}
