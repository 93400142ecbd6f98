import type { JobRow, OutboxRow } from '../aurora/contract.ts';

/** The producers' side of a cell's queue engine. Every call rejects at once where the engine is gone. */
export interface QueueProducer {
  readonly ready: boolean;
  /** Sets a key for a while if it is absent or this task's own; true where it is this task's now. */
  lead(task: string, forMs: number): Promise<boolean>;
  /** False on an engine that nobody has filled: a new one, or one that lost what it held. */
  isKnown(): Promise<boolean>;
  markKnown(incarnation: string): Promise<void>;
  /** Adds deliveries; an id that the engine still knows is not added twice. */
  deliver(rows: readonly OutboxRow[], dispatch: 'fifo' | 'lifo'): Promise<void>;
  /** The outbox ids that the engine holds in any state but an ended one; one reading of all its lists at once. */
  held(): Promise<readonly string[]>;
  addDeadLetters(jobs: readonly JobRow[]): Promise<void>;
  /** The jobs that lie in the dead-letter queue, up to `limit`, oldest first. */
  deadLetters(limit: number): Promise<readonly string[]>;
  removeDeadLetters(ids: readonly string[]): Promise<void>;
  close(): void;
}
