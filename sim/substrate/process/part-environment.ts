import type { Program } from '../../world/part.ts';

/** The variable that marks every process of a world, so that a sweep finds the ones that no ledger knows. */
export const markerName = 'PETRI_PART';

export function markerOf(token: string, address: string): string {
  return `${token}:${address}`;
}

/**
 * Node's own flags for a part. Thirty processes share one small machine: a young generation of 4 MiB instead of 16 keeps
 * a busy part from holding memory that it only passes through, and one helper thread per process is enough. Parts that
 * requests do not pass through give up some speed for a tenth of their memory.
 */
export function nodeFlags(program: Program | 'supervisor'): readonly string[] {
  const all = ['--max-semi-space-size=4', '--max-old-space-size=256', '--v8-pool-size=1'];
  return offThePath.has(program) ? [...all, '--optimize-for-size'] : all;
}

const offThePath: ReadonlySet<string> = new Set([
  'worker',
  'dynamodb',
  'control',
  'queue-engine',
  'traffic',
  'supervisor',
]);

const passedOn = ['PATH', 'HOME', 'TMPDIR', 'LANG'] as const;

/** The whole environment of a part: what a program cannot do without, the marker, and nothing of the user's secrets. */
export function partEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  marker: string,
): Record<string, string> {
  const environment: Record<string, string> = { [markerName]: marker, NODE_ENV: 'production' };
  for (const name of passedOn) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
