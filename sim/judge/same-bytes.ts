import type { InvariantVerdict } from './contract.ts';

/** The hashes of two runs' logs under one seed; equal where the world is deterministic. Null: nobody ran it twice. */
export function judgeSameBytes(hashes: readonly string[] | null): InvariantVerdict {
  const common = { id: 'same-bytes', violations: [], count: 0 } as const;
  if (hashes === null || hashes.length < 2) {
    const reason = 'it takes two runs of one seed in virtual time: petri run --repeat 2';
    return { ...common, state: 'skipped', reason, looked: '0 pairs of logs' };
  }
  const looked = `${hashes.length} logs`;
  const other = hashes.find((hash) => hash !== hashes[0]);
  if (other === undefined) return { ...common, state: 'held', reason: null, looked };
  const expected = `the same log, ${hashes[0]}, from the same seed`;
  const violation = { request: null, tenant: null, cell: null, epoch: null, expected, seen: other, events: [] };
  return {
    ...common,
    state: 'violated',
    reason: `expected ${expected}; seen ${other}`,
    count: 1,
    violations: [violation],
    looked,
  };
}
