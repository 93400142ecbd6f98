import type { PartSpec } from '../world/part.ts';

export type PartState = 'starting' | 'running' | 'paused' | 'stopped' | 'dead';

/** What a substrate knows of a part at one moment. A figure that it cannot read is null. */
export interface PartObservation {
  readonly address: string;
  readonly state: PartState;
  readonly pid: number | null;
  readonly containerId: string | null;
  readonly memoryBytes: number | null;
}

export interface PartExit {
  readonly address: string;
  readonly pid: number | null;
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * What a world runs on. Network faults are not here: links cut, delay and reset, on every substrate alike.
 * Every method is idempotent: a part that is already in the wanted state is success.
 */
export interface Substrate {
  readonly name: 'process';
  /** Starts a part and resolves when it serves. Rejects with what its log says where it dies first. */
  start(part: PartSpec): Promise<void>;
  /** Asks it to end (SIGTERM) and resolves when it is gone; after `graceMs` it is killed. */
  stop(address: string, graceMs: number): Promise<void>;
  /** Ends it at once (SIGKILL), paused or not; resolves when it is gone. */
  kill(address: string): Promise<void>;
  /** Freezes it: it keeps its connections and accepts new ones, and answers nothing. Resolves when it is seen frozen. */
  pause(address: string): Promise<void>;
  resume(address: string): Promise<void>;
  observe(address: string): Promise<PartObservation>;
  /** All parts at once; cheap enough to call twice a second. */
  observeAll(): Promise<readonly PartObservation[]>;
  /** Called for every death, wanted or not. */
  onExit(listener: (exit: PartExit) => void): void;
  /** The files that hold what a part printed, oldest first. */
  logFiles(address: string): readonly string[];
  /** Ends everything that this substrate started. */
  destroy(): Promise<void>;
}
