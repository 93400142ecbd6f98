import type { PartSize, PartSpec } from '../world/part.ts';

export type SubstrateName = 'process' | 'docker' | 'virtual';

export type PartState = 'starting' | 'running' | 'paused' | 'stopped' | 'dead';

/** What a substrate knows of a part at one moment. A figure that it cannot read is null. */
export interface PartObservation {
  readonly address: string;
  readonly state: PartState;
  readonly pid: number | null;
  readonly containerId: string | null;
  readonly memoryBytes: number | null;
  /** Off its networks. Never on processes. */
  readonly cutOff?: boolean;
  /** What is enforced now; null or missing where nothing is. */
  readonly size?: PartSize | null;
}

export interface PartExit {
  readonly address: string;
  readonly pid: number | null;
  readonly code: number | null;
  readonly signal: string | null;
}

/** What somebody else did to a part, by the substrate's own means: `docker network disconnect`, `docker start`. */
export interface OutsideChange {
  readonly address: string;
  readonly what: 'started' | 'cut-off' | 'connected';
}

/**
 * What a world runs on. What links can do (cut, delay, reset) is not here: it is the same on every substrate.
 * Every method is idempotent: a part that is already in the wanted state is success.
 * What a substrate cannot do rejects with `not-here` and says so in a sentence.
 */
export interface Substrate {
  readonly name: SubstrateName;
  /** Starts a part and resolves when it serves. Rejects with what its log says where it dies first. */
  start(part: PartSpec): Promise<void>;
  /** Asks it to end (SIGTERM) and resolves when it is gone; after `graceMs` it is killed. */
  stop(address: string, graceMs: number): Promise<void>;
  /** Ends it at once (SIGKILL), paused or not; resolves when it is gone. */
  kill(address: string): Promise<void>;
  /** Freezes it: it keeps its connections and accepts new ones, and answers nothing. Resolves when it is seen frozen. */
  pause(address: string): Promise<void>;
  resume(address: string): Promise<void>;
  /** Takes a part off all its networks; its own connections hang. */
  disconnect(address: string): Promise<void>;
  /** Puts it back, under its old names, at its old ports. */
  reconnect(address: string): Promise<void>;
  /** Changes what it may use while it runs; null puts back what its plan says. */
  limit(address: string, size: Partial<PartSize> | null): Promise<void>;
  /** Fills its memory up to its limit until the kernel kills it; resolves when it is gone. */
  exhaustMemory(address: string): Promise<void>;
  observe(address: string): Promise<PartObservation>;
  /** All parts at once; cheap enough to call twice a second. */
  observeAll(): Promise<readonly PartObservation[]>;
  /** Called for every death, wanted or not. */
  onExit(listener: (exit: PartExit) => void): void;
  /** Called for what somebody else did; never for what was asked for here. */
  onOutsideChange(listener: (change: OutsideChange) => void): void;
  /** The files that hold what a part printed, oldest first. */
  logFiles(address: string): readonly string[];
  /** Ends everything that this substrate started. Volumes stay. */
  destroy(): Promise<void>;
}
