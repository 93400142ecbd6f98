import { setTimeout as wait } from 'node:timers/promises';

/** What Node's timers cannot keep to; a request that leaves this late is counted from when it left, a later one from its plan. */
const timerMs = 2;

/**
 * Starts `count` sends at a fixed rate, whether or not the earlier ones have ended, and resolves when all have.
 * Each is told from which moment its latency counts.
 */
export async function paced(count: number, perSecond: number, send: (n: number, sinceMs: number) => Promise<void>) {
  const startMs = performance.now();
  const pending: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    const dueMs = startMs + (n * 1000) / perSecond;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await wait(Math.ceil(earlyMs));
    const nowMs = performance.now();
    pending.push(send(n, nowMs - dueMs <= timerMs ? nowMs : dueMs));
  }
  await Promise.all(pending);
}
