import type { PartKind } from './part.ts';

const outsideCells: ReadonlySet<string> = new Set(['router', 'map', 'control', 'traffic']);

/** The kind of the part at an address: `web` for `a/web/1`, `links` for `links/a`. */
export function kindOf(address: string): PartKind {
  const [first = '', second = ''] = address.split('/');
  return (first === 'links' || outsideCells.has(first) ? first : second) as PartKind;
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
