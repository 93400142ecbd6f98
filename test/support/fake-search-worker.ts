import type { Played } from '../../sim/search/contract.ts';
import { serveSearch } from '../../sim/search/serve.ts';

const nothing: Played = { violated: [], inconclusive: [], met: [], virtualMs: 30_000, events: 10, refused: [] };

/** Every 13th seed loses a write; the names of scenarios ask for more. */
serveSearch(async ({ seed, name }) => {
  if (name === 'broken') throw new Error('the heap of events is empty');
  if (name === 'endless') for (;;);
  if (name === 'dead') process.exit(3);
  // Lower seeds take longer, so that they end after higher ones.
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 30 - seed)));
  if (seed % 13 !== 0) return nothing;
  const verdict = {
    id: 'no-lost-write',
    state: 'violated',
    reason: null,
    count: 1,
    violations: [],
    looked: '',
  } as const;
  return { ...nothing, violated: [verdict] };
});
