/**
 * The policies that parts of a cell obey. They reach a cell through its DynamoDB (table `config`, key `policies`), read every second;
 * while it cannot be read the last value stays. The whole table, with defaults and reasons, is `sim/world/policies.ts`.
 */
export interface CellPolicies {
  /** How long a received job stays invisible to other workers, in milliseconds (SQS: visibility timeout). */
  readonly visibilityMs: number;
  /** A worker extends the visibility of a job that it still works on. */
  readonly heartbeat: boolean;
  /** After so many receives a job is dead-lettered. */
  readonly maxReceives: number;
  /** Jobs above `xlAbove` units have a queue and workers of their own. */
  readonly xlQueue: boolean;
  /** Which waiting job is delivered first. */
  readonly dispatch: 'fifo' | 'lifo';
  /** The tenant's epoch is checked inside the transaction. */
  readonly fence: boolean;
}

export const defaultCellPolicies: CellPolicies = {
  visibilityMs: 5000,
  heartbeat: true,
  maxReceives: 3,
  xlQueue: true,
  dispatch: 'fifo',
  fence: true,
};
