import type { CellPolicies } from '../policies.ts';

/**
 * Settings of the `web` program. `listen`: HTTP, behind the ALB. `upstreams`: `aurora` (both instances, through links), `dynamodb` (one), `sqs` (one).
 * The router sets `x-tenant-id`, `x-cell-id` (the cell it means), `x-cell-epoch`, `x-request-id`; web answers 421 where cell or epoch is not its own.
 * `GET /health` answers 200 while it is connected to a writer or reader of its Aurora, 503 otherwise; `GET /ready`, which the ALB asks, 200 once it has known a writer or has waited 3 s for one, and from then on whatever becomes of Aurora.
 */
export interface WebSettings {
  readonly xlAbove: number;
  readonly auroraTimeoutMs: number;
  readonly policies: CellPolicies;
  /** Password of a real Redis; null for the embedded engine, which knows none. */
  readonly queuePassword: string | null;
  /** True for the embedded engine: tiny retention, since it copies whole values. */
  readonly queueEmbedded: boolean;
}

/** Settings of the `worker` program; `xl` is the same program on the other queue. `volume` is the cell's own, for exports. */
export interface WorkerSettings extends WebSettings {
  readonly queue: 'standard' | 'xl';
  /** Jobs that one worker works on at once. */
  readonly concurrency: number;
}
