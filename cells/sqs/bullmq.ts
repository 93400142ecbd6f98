import type { JobRow } from '../aurora/contract.ts';
import { queuePrefix } from './contract.ts';

/** What BullMQ carries for one delivery of a job. */
export interface Delivery {
  readonly job: JobRow;
  /** The outbox id under which it came. */
  readonly outbox: string;
}

/** What lies in the dead-letter queue. */
export interface DeadLetter {
  readonly job: string;
  readonly tenant: string;
  readonly reason: string;
}

/** How many ended deliveries an engine keeps to know a repeated one by its id. The embedded engine copies whole values: few. */
export function keepEnded(embedded: boolean): { readonly count: number } {
  return { count: embedded ? 20 : 200 };
}

/** Entries of BullMQ's own event stream, which nobody here reads. */
export const eventsMax = 20;

export const bullmqOptions = {
  prefix: queuePrefix,
  // The version is checked where the engine is looked for; the embedded one and Valkey answer with numbers of their own.
  skipVersionCheck: true,
} as const;
