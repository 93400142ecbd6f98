import type { CellPolicies } from '../policies.ts';
import type { DeadLetter } from '../sqs/bullmq.ts';
import type { Receive } from './ports.ts';

export interface ConsumerNeeds {
  readonly queue: 'standard' | 'xl';
  readonly concurrency: number;
  readonly policies: CellPolicies;
  readonly receive: (received: Receive) => Promise<void>;
}

/** The consumers' side of a queue: receives deliveries, and keeps them invisible to others while it works on them. */
export interface JobConsumer {
  /** Takes new policies: what is in hand ends under the old ones. */
  adopt(policies: CellPolicies): void;
  /** Adds an entry to the dead-letter queue, once per job. */
  bury(letter: DeadLetter): Promise<void>;
  /** Receives nothing more and waits for what is in hand. */
  stop(): Promise<void>;
}
