import type { FaultKind } from './fault.ts';
import { pause } from './pause.ts';

/** The queue engine of a cell takes connections and answers none: jobs are accepted, for they are rows in Aurora first, and wait. */
export const queueEngineStalled: FaultKind = {
  ...pause,
  kind: 'queue-engine-stalled',
  summary: 'freeze a cell’s queue engine: it takes connections and answers nothing; jobs wait',
  example: 'petri fault queue-engine-stalled b/sqs --for 20s',
  targets: ['sqs'],
};
