/** How often a far side is asked, and how long it may take. In milliseconds. */
export const proberTimes = { intervalMs: 250, downIntervalMs: 200, timeoutMs: 1000 } as const;
