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
  readonly run:
    | { readonly program: Program; readonly config: PartConfig }
    /** A real engine: an executable found on PATH, its arguments, its working folder. No shell in between. */
    | {
        readonly program: 'redis';
        readonly executable: string;
        readonly args: readonly string[];
        readonly ready: Endpoint;
      };
}
