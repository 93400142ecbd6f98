import type { Endpoint, PartConfig } from '../../cells/runtime/part-config.ts';

export type PartKind =
  | 'alb'
  | 'web'
  | 'worker'
  | 'xl'
  | 'aurora'
  | 'dynamodb'
  | 'sqs'
  | 'links'
  | 'router'
  | 'map'
  | 'control'
  | 'traffic';

/** The programs that Petri ships; several kinds can run the same one. `redis` is an engine from PATH, not ours. */
export type Program =
  | 'alb'
  | 'web'
  | 'worker'
  | 'aurora'
  | 'dynamodb'
  | 'queue-engine'
  | 'links'
  | 'router'
  | 'control'
  | 'traffic';

/** One part of a plan: what to run, where, with whom as neighbours. Plain data, the same for every substrate. */
export interface PartSpec {
  readonly address: string;
  readonly kind: PartKind;
  /** The cell's id, or null outside cells. */
  readonly cell: string | null;
  readonly index: number | null;
  /** The name of the volume that outlives it, `b-aurora`; null where it keeps nothing. Two parts may share one. */
  readonly volume: string | null;
  /** What it may use, as Fargate sizes a task. Enforced where parts are containers; on processes only told. */
  readonly size: PartSize;
  readonly run:
    | { readonly program: Program; readonly config: PartConfig }
    /** A real engine: an executable found on PATH, its arguments, its working folder. No shell in between. */
    | {
        readonly program: 'redis';
        readonly executable: string;
        readonly args: readonly string[];
        readonly ready: Endpoint;
      }
    /** A real engine in a container of its own image: it reads its configuration from standard input. */
    | { readonly program: 'redis-image'; readonly image: string; readonly configuration: string };
}

export interface PartSize {
  /** Shares of a core: 0.5 is half of one. */
  readonly cpus: number;
  readonly memoryBytes: number;
}
