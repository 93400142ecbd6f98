import type { CellPorts, CellRequest, CellResponse } from './exchange.ts';
import { problem } from './problem.ts';
import { routes } from './routes.ts';

/** An answer that says which cell gave it, at which epoch, to which request. */
export function named(
  headers: CellRequest['headers'],
  ports: Pick<CellPorts, 'cell' | 'newId'>,
  answer: CellResponse,
): CellResponse {
  const epoch = headers['x-cell-epoch'];
  const names = {
    'x-cell-id': ports.cell,
    ...(epoch === undefined ? {} : { 'x-cell-epoch': epoch }),
    'x-request-id': headers['x-request-id'] ?? ports.newId(),
  };
  return { ...answer, headers: { ...names, ...answer.headers } };
}

/** A path that exists, asked with a method that it does not take. `path` as in {@link routes}. */
export function methodNotAllowed(path: string): CellResponse {
  const allow = routes
    .filter((route) => route.path === path)
    .map(({ method }) => method.toUpperCase())
    .join(', ');
  return problem('method-not-allowed', `takes ${allow}`, { allow });
}

export function nothingAt(path: string): CellResponse {
  return problem('not-found', `nothing at ${path}`);
}
