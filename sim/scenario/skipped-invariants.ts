import type { InvariantId, JudgedWorld } from '../judge/contract.ts';
import type { World } from '../world/world.ts';

/** Of cells that run a web of the user's own: what nobody can see there, and why. Empty for Petri's own. */
export function skippedInvariants({ protocol }: World): JudgedWorld['skipped'] {
  if (protocol === null) return [];
  const skip = (ids: readonly InvariantId[], reason: string) => ids.map((invariant) => ({ invariant, reason }));
  const lacks = (names: readonly ('write' | 'read' | 'submit' | 'poll')[]) =>
    names.filter((name) => protocol[name] === null).map((name) => `no ${name}`);
  const rows = lacks(['write', 'read']);
  const jobs = lacks(['submit', 'poll']);
  return [
    ...(rows.length === 0
      ? []
      : skip(['no-lost-write', 'no-phantom', 'row-order', 'isolation'], `protocol has ${rows.join(' and ')}`)),
    ...(jobs.length === 0 ? [] : skip(['no-lost-job', 'job-once'], `protocol has ${jobs.join(' and ')}`)),
    ...skip(['once-per-key'], 'a web of your own keeps no idempotency records that Petri can see'),
    ...skip(
      ['one-home', 'no-zombie-write'],
      'a web of your own does not tell what it committed, nor under which epoch',
    ),
  ];
}
