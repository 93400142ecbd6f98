import { receive } from './receive.ts';

/** What a worker decides by. */
export interface WorkerDecisions {
  readonly receive: typeof receive;
}

export const workerDecisions: WorkerDecisions = { receive };
