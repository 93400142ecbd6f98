import type { CellStatus, QueueStatus, Status } from '../state/status.ts';

/** What the right side of a condition looks like. */
export type MetricType =
  | { readonly kind: 'number' }
  /** Milliseconds; written `250ms`. */
  | { readonly kind: 'duration' }
  /** A ratio from 0 to 1; written `5%`. */
  | { readonly kind: 'share' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

interface MetricHead {
  readonly name: string;
  readonly type: MetricType;
  readonly summary: string;
}

/** Something of the world's state that a condition can ask for. `read` is null where nobody can read it now. */
export type Metric =
  | (MetricHead & { readonly of: 'world'; readonly read: (status: Status) => number | string | null })
  | (MetricHead & { readonly of: 'cell'; readonly read: (cell: CellStatus) => number | string | null });

const number = { kind: 'number' } as const;
const duration = { kind: 'duration' } as const;
const share = { kind: 'share' } as const;

/** The closed list: what `when:`, `steady:` and `stop:` can ask. Those of a cell are written after its id (`b.rps`), or after `*`: every cell. */
export const metrics: readonly Metric[] = [
  {
    name: 'mood',
    of: 'world',
    type: { kind: 'words', words: ['starting', 'calm', 'hurt', 'catching-up'] },
    summary: 'how the world is as a whole',
    read: ({ mood }) => mood,
  },
  {
    name: 'faults.open',
    of: 'world',
    type: number,
    summary: 'faults in force',
    read: ({ faults }) => faults.filter(({ state }) => state !== 'gone').length,
  },
  {
    name: 'blastRadius',
    of: 'world',
    type: share,
    summary: 'tenants hit by the faults in force, or the last that were, of all',
    read: ({ blastRadius }) => blastRadius?.measuredRatio ?? 0,
  },
  {
    name: 'leaks',
    of: 'world',
    type: number,
    summary: 'tenants hit that were not predicted',
    read: ({ blastRadius }) => blastRadius?.leaks.length ?? 0,
  },
  {
    name: 'traffic.offered',
    of: 'world',
    type: number,
    summary: "first attempts a second by Petri's clients",
    read: ({ traffic }) => traffic.offeredPerSecond,
  },
  {
    name: 'traffic.retries',
    of: 'world',
    type: number,
    summary: "further attempts a second by Petri's clients",
    read: ({ traffic }) => traffic.retriesPerSecond,
  },
  {
    name: 'traffic.inFlight',
    of: 'world',
    type: number,
    summary: "requests of Petri's clients that have not ended",
    read: ({ traffic }) => traffic.inFlight ?? null,
  },
  {
    name: 'map.version',
    of: 'world',
    type: number,
    summary: 'the version of the map that the router works from',
    read: ({ router }) => router.mapVersion,
  },
  {
    name: 'health',
    of: 'cell',
    type: { kind: 'words', words: ['serving', 'degraded', 'down', 'catching-up', 'unknown'] },
    summary: 'its health as a whole',
    read: ({ health }) => health,
  },
  {
    name: 'state',
    of: 'cell',
    type: { kind: 'words', words: ['creating', 'active', 'draining', 'evacuated', 'quarantined', 'retired'] },
    summary: 'what control makes of it',
    read: ({ state }) => state,
  },
  { name: 'tenants', of: 'cell', type: number, summary: 'tenants that live in it', read: ({ tenants }) => tenants },
  { name: 'rps', of: 'cell', type: number, summary: 'requests a second', read: ({ traffic }) => traffic.rps },
  {
    name: 'answered',
    of: 'cell',
    type: number,
    summary: 'requests answered well a second',
    read: ({ traffic }) => traffic.answeredPerSecond,
  },
  {
    name: 'refused',
    of: 'cell',
    type: number,
    summary: 'requests refused a second, surely without effect',
    read: ({ traffic }) => traffic.refusedPerSecond,
  },
  {
    name: 'failed',
    of: 'cell',
    type: number,
    summary: 'requests failed a second (500, 502, 504)',
    read: ({ traffic }) => traffic.failedPerSecond,
  },
  {
    name: 'late',
    of: 'cell',
    type: number,
    summary: 'late answers a second',
    read: ({ traffic }) => traffic.latePerSecond,
  },
  {
    name: 'inDoubt',
    of: 'cell',
    type: number,
    summary: 'requests of unknown outcome',
    read: ({ traffic }) => traffic.inDoubt,
  },
  {
    name: 'errors',
    of: 'cell',
    type: share,
    summary: 'requests with an error, of all',
    read: ({ traffic }) => traffic.errorRatio,
  },
  {
    name: 'p50',
    of: 'cell',
    type: duration,
    summary: 'half of the answers are quicker',
    read: ({ traffic }) => traffic.latencyMsP50,
  },
  {
    name: 'p95',
    of: 'cell',
    type: duration,
    summary: '95% of the answers are quicker',
    read: ({ traffic }) => traffic.latencyMsP95,
  },
  {
    name: 'p99',
    of: 'cell',
    type: duration,
    summary: '99% of the answers are quicker',
    read: ({ traffic }) => traffic.latencyMsP99,
  },
  {
    name: 'replacements',
    of: 'cell',
    type: number,
    summary: 'parts replaced since the world was grown',
    read: ({ replacements }) => replacements,
  },
  ...queueMetrics('standard'),
  ...queueMetrics('xl'),
  {
    name: 'queue.deadLetter.waiting',
    of: 'cell',
    type: number,
    summary: 'jobs in the dead-letter queue',
    read: ({ queues }) => queues.deadLetter.waiting,
  },
];

function queueMetrics(queue: 'standard' | 'xl'): readonly Metric[] {
  const of = (
    name: string,
    type: MetricType,
    summary: string,
    read: (queue: QueueStatus) => number | null,
  ): Metric => ({
    name: `queue.${queue}.${name}`,
    of: 'cell',
    type,
    summary,
    read: ({ queues }) => read(queues[queue]),
  });
  return [
    of('waiting', number, `jobs that wait in the ${queue} queue`, ({ waiting }) => waiting),
    of('inFlight', number, `jobs of the ${queue} queue that are worked on`, ({ inFlight }) => inFlight),
    of('oldestAge', duration, `how long the oldest job has waited there`, ({ oldestAgeMs }) => oldestAgeMs),
  ];
}
