import type { Item } from '../dynamodb/contract.ts';
import type { CellPolicies } from '../policies.ts';

/** Requests per second that a tenant may send to one web task. */
export interface Quotas {
  readonly defaultRps: number;
  readonly tenants: Readonly<Record<string, number>>;
}

/** Refuses nothing below 200 requests/s of a tenant. */
export const defaultQuotas: Quotas = { defaultRps: 250, tenants: {} };

/** Takes what is well-formed from `config/policies`, and keeps the last value of everything else. */
export function readPolicies(item: Item | null, last: CellPolicies): CellPolicies {
  if (!item) return last;
  return {
    visibilityMs: atLeast(item['visibilityMs'], 10) ?? last.visibilityMs,
    heartbeat: boolean(item['heartbeat']) ?? last.heartbeat,
    maxReceives: atLeast(item['maxReceives'], 1) ?? last.maxReceives,
    xlQueue: boolean(item['xlQueue']) ?? last.xlQueue,
    dispatch: item['dispatch'] === 'fifo' || item['dispatch'] === 'lifo' ? item['dispatch'] : last.dispatch,
    fence: boolean(item['fence']) ?? last.fence,
  };
}

/** The same for `config/quotas`: `{default: requests per second, tenants: {id: requests per second}}`. */
export function readQuotas(item: Item | null, last: Quotas): Quotas {
  if (!item) return last;
  const tenants = typeof item['tenants'] === 'object' && item['tenants'] !== null ? item['tenants'] : null;
  return {
    defaultRps: atLeast(item['default'], 0) ?? last.defaultRps,
    tenants: tenants
      ? Object.fromEntries(Object.entries(tenants).filter(([, rps]) => atLeast(rps, 0) !== null))
      : last.tenants,
  };
}

function atLeast(value: unknown, least: number): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= least ? value : null;
}

function boolean(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}
