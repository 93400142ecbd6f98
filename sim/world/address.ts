import type { PartKind } from './part.ts';

const outsideCells: ReadonlySet<string> = new Set(['router', 'map', 'control', 'traffic']);

const inCells: ReadonlySet<string> = new Set<PartKind>(['alb', 'web', 'worker', 'xl', 'aurora', 'dynamodb', 'sqs']);

/** The kind of the part at an address: `web` for `a/web/1`, `links` for `links/a`, `service` for `a/db` that a world file added. */
export function kindOf(address: string): PartKind {
  const [first = '', second = ''] = address.split('/');
  if (first === 'links' || outsideCells.has(first)) return first as PartKind;
  return inCells.has(second) ? (second as PartKind) : 'service';
}

/** The cell that a part belongs to, `links/a` to a; null outside cells. */
export function cellOf(address: string): string | null {
  const [first = '', second = ''] = address.split('/');
  if (first === 'links') return second;
  return outsideCells.has(first) ? null : first;
}

/** An XL worker: it comes and goes with its work, so one that is not there is missed by nobody. */
export function isXl(address: string): boolean {
  return /\/xl\/\d+$/.test(address);
}
