import type { AuroraPort } from '../aurora-client/aurora-client.ts';
import type { JobQueue } from '../aurora/contract.ts';
import type { CellPolicies } from '../policies.ts';
import type { EventSink } from '../runtime/events.ts';
import type { DeadLetter } from '../sqs/bullmq.ts';

/** One receive of a job from the queue. */
export interface Receive {
  readonly job: string;
  readonly tenant: string;
  /** How many times this delivery has been received, this time included: 1 or more. */
  readonly receives: number;
  /** From acceptance to this receive. */
  readonly dwellMs: number;
}

/** A job's result where it made a file. */
export interface Exported {
  /** Whose volume the file lies on. It stays there when its tenant moves. */
  readonly cell: string;
  readonly file: string;
  readonly bytes: number;
  readonly rows: number;
}

/** A file as it was written, or was found. */
export type WrittenFile = Omit<Exported, 'cell'>;

/** Where the books about running jobs are kept, as well as they can be: nothing here fails or is waited for. */
export interface Leases {
  /** The job runs here until `forMs` from now; `receives` is what is known of its attempts without the store. */
  start(job: string, receives: number, forMs: number): void;
  renew(job: string, forMs: number): void;
  end(job: string, state: 'queued' | 'done' | 'dead'): void;
  exported(job: string, manifest: Exported): void;
}

/** Everything that working on a job touches. */
export interface WorkPorts {
  readonly cell: string;
  readonly queue: JobQueue;
  readonly xlAbove: number;
  readonly policies: () => CellPolicies;
  readonly aurora: AuroraPort;
  readonly leases: Leases;
  readonly events: EventSink;
  readonly clock: { readonly nowMs: () => number; readonly monotonicMs: () => number };
  /** Lets the task's other work have its turn: lock renewal, new jobs, the config. */
  readonly yieldTurn: () => Promise<void>;
  /** What one unit of a recalculation costs. */
  readonly roundsPerUnit: number;
  readonly wait: (ms: number) => Promise<void>;
  /** True once the task is ending: whatever waits for others gives up. */
  readonly ending: () => boolean;
  /** Writes an export whole under the job's name, or leaves and describes the one that is there. */
  readonly writeExport: (tenant: string, job: string, rows: readonly SheetRow[]) => Promise<WrittenFile>;
  /** Adds an entry to the dead-letter queue, once per job. */
  readonly bury: (letter: DeadLetter) => Promise<void>;
}

export interface SheetRow {
  readonly row: string;
  readonly value: unknown;
  readonly version: number;
}
