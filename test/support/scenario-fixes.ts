/** For each scenario of the catalogue the policy that is its fix, and the value without which its verdict turns. */
export const fixesOff: Readonly<Record<string, string>> = {
  'f01-cell-crash': 'clientRetry=none',
  'f07-split-brain': 'fence=off',
  'f08-stale-map': 'fence=off',
  'f09-map-down': 'mapFallback=refuse',
  'f10-corrupt-map': 'mapValidate=off',
  'f11-grey-failure': 'clientRetry=none',
  'f15-xl-in-the-way': 'xlQueue=off',
  'f16-visibility': 'heartbeat=off',
  'f20-control-down': 'mapFallback=refuse',
  'f22-disk-full': 'clientRetry=none',
  'f23-paused-zombie': 'fence=off',
  'f24-partition': 'clientRetry=none',
};
