import type { FaultKind } from './fault.ts';
import { kill } from './kill.ts';

/** The queue engine of a cell dies and is replaced; an embedded engine comes back empty and is filled again from Aurora. */
export const queueEngineKilled: FaultKind = {
  ...kill,
  kind: 'queue-engine-killed',
  summary: 'kill a cell’s queue engine; replaced, and filled again from Aurora where it came back empty',
  example: 'petri fault queue-engine-killed b/sqs',
  targets: ['sqs'],
};
