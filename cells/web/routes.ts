import type { Operation } from './exchange.ts';

/** The paths of a cell, as express writes them. */
export const routes: readonly {
  readonly method: 'get' | 'put' | 'post';
  readonly path: string;
  readonly operation: Operation;
}[] = [
  { method: 'put', path: '/sheets/:sheet/rows/:row', operation: 'row.put' },
  { method: 'get', path: '/sheets/:sheet/rows/:row', operation: 'row.get' },
  { method: 'post', path: '/jobs', operation: 'job.submit' },
  { method: 'get', path: '/jobs/:id', operation: 'job.get' },
];
