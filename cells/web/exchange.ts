import type { AuroraPort } from '../aurora-client/aurora-client.ts';
import type { Quotas } from '../dynamodb-client/cell-config.ts';
import type { DynamodbPort } from '../dynamodb-client/dynamodb-client.ts';
import type { CellPolicies } from '../policies.ts';
import type { EventSink } from '../runtime/events.ts';
import type { WebDecisions } from './decisions.ts';

/** What a caller can ask of a cell; which path means which is in `routes.ts`. */
export type Operation = 'row.put' | 'row.get' | 'job.submit' | 'job.get';

/** A request, free of the server that took it. */
export interface CellRequest {
  readonly operation: Operation;
  /** The named parts of the path, decoded: `sheet` and `row`, or `id`. */
  readonly params: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes of the body as text, or `too-large`; empty where there is none. */
  readonly body: string | { readonly kind: 'too-large' };
}

export interface CellResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; `application/problem+json` where `problem` is true. */
  readonly body: unknown;
  readonly problem: boolean;
}

/** Everything that handling a request touches. Virtual time hands in its own. */
export interface CellPorts {
  readonly cell: string;
  readonly decisions: WebDecisions;
  readonly xlAbove: number;
  readonly aurora: AuroraPort;
  readonly auroraTimeoutMs: number;
  readonly dynamodb: DynamodbPort;
  readonly policies: () => CellPolicies;
  readonly quotas: () => Quotas;
  /** The state of the tenants' token buckets in this task. */
  readonly buckets: Map<string, Bucket>;
  /** Idempotency keys whose request is running in this task. */
  readonly runningKeys: Set<string>;
  readonly events: EventSink;
  /** Unix time and monotonic time, both in milliseconds. */
  readonly clock: { readonly nowMs: () => number; readonly monotonicMs: () => number };
  readonly newId: () => string;
  /** Told after a job was accepted, so that it is delivered at once. */
  readonly accepted: (job: string) => void;
}

/** A token bucket: what it held at `atMs`. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** What is known of the caller once the heads of a request were checked. */
export interface Caller {
  readonly tenant: string;
  readonly epoch: number;
  readonly requestId: string;
  readonly key: string | null;
}
