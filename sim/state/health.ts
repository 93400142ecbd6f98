import type { CellHealth } from '../../router/contract.ts';
import type { CellHealthWord, CellTraffic } from './status.ts';

/** What the word for a cell is made of. */
export interface HealthFacts {
  /** True where no load balancer or no web task runs: nothing can be answered. */
  readonly closed: boolean;
  /** What each router that answers says of the cell; empty: none answers. */
  readonly routers: readonly CellHealth[];
  /** True where a part that ought to run does not. */
  readonly partMissing: boolean;
  readonly traffic: Pick<CellTraffic, 'answeredPerSecond' | 'refusedPerSecond' | 'failedPerSecond' | 'errorRatio'>;
  /** See QueueWatch.behind. */
  readonly behind: boolean;
  readonly slopePerSecond: number | null;
  /** The word before this one. */
  readonly before: CellHealthWord;
  /** How long ago the cell was last down, in milliseconds; null: never. */
  readonly downAgoMs: number | null;
}

/** Clients come back with their retries at once: a cell that has just come back is catching up for at least so long. */
const backAtLeastMs = 2000;

/** A backlog counts as what the outage left only for so long; later it is a cell that is too small. */
const backAtMostMs = 120_000;

export function cellHealth(facts: HealthFacts): CellHealthWord {
  const { routers, traffic } = facts;
  if (routers.length === 0) return 'unknown';
  const answers = traffic.answeredPerSecond > 0;
  if (facts.closed || routers.every((word) => word === 'down')) return 'down';
  const failsAll = !answers && traffic.refusedPerSecond + traffic.failedPerSecond > 0;
  if (routers.every((word) => word === 'unknown')) return failsAll ? 'down' : 'unknown';
  // A cell that routers call serving again still has the refusals of the last seconds in its window.
  if (failsAll && facts.before !== 'down') return 'down';
  if (facts.downAgoMs !== null && facts.downAgoMs < backAtMostMs) {
    const wasBehind = facts.before === 'down' || facts.before === 'catching-up';
    if (facts.downAgoMs < backAtLeastMs || (wasBehind && facts.behind)) return 'catching-up';
  }
  if (facts.partMissing) return 'degraded';
  if (facts.behind && facts.slopePerSecond !== null && facts.slopePerSecond < -0.5) return 'catching-up';
  return traffic.errorRatio > 0 || routers.includes('down') ? 'degraded' : 'serving';
}
