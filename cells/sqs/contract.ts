/** The three queues of a cell, on its own engine. BullMQ's prefix is `petri`. */
export const queueNames = { standard: 'standard', xl: 'xl', deadLetter: 'dead-letter' } as const;
export const queuePrefix = 'petri';

/** Settings of the `queue-engine` program, the embedded engine: js-redis-server bound to `listen`. It keeps nothing across a kill. */
export type QueueEngineSettings = Record<string, never>;

/** What a reader of counts sees; reading never changes the queue. */
export interface QueueCounts {
  readonly waiting: number;
  readonly inFlight: number;
  readonly oldestAgeMs: number | null;
}
