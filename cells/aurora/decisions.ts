import { reads } from '../sheets/reads.ts';
import { transactions } from '../sheets/transactions.ts';
import { decide } from './failover.ts';
import { commitGroup, isOvertaken } from './generation.ts';

/** What an Aurora instance decides by. */
export interface AuroraDecisions {
  readonly transactions: typeof transactions;
  readonly reads: typeof reads;
  /** Makes what arrived together durable, before any of it is acknowledged. */
  readonly commit: typeof commitGroup;
  /** Asked after every commit: whether nothing of it may be acknowledged. */
  readonly isOvertaken: typeof isOvertaken;
  readonly failover: typeof decide;
}

export const auroraDecisions: AuroraDecisions = {
  transactions,
  reads,
  commit: commitGroup,
  isOvertaken,
  failover: decide,
};
