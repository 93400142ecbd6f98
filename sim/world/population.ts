import type { World } from './world.ts';

const letters = 26;

/** The ids of a world's cells: a, b, c, … z, aa, ab, … */
export function cellIds(cells: number): string[] {
  return Array.from({ length: cells }, (_, index) => cellId(index));
}

function cellId(index: number): string {
  const last = String.fromCharCode(97 + (index % letters));
  return index < letters ? last : cellId(Math.floor(index / letters) - 1) + last;
}

/** The place of a cell's id in `cellIds`. */
function cellIndex(id: string): number {
  let index = -1;
  for (let at = 0; at < id.length; at++) index = (index + 1) * letters + id.charCodeAt(at) - 97;
  return index;
}

/** The ids that a world's tenants have at its start: `t01`, `t02`, … as wide as the last of them needs. */
export function tenantIds(world: Pick<World, 'tenants'>): string[] {
  return tenantsBetween(world, 0, world.tenants);
}

function tenantsBetween({ tenants }: Pick<World, 'tenants'>, from: number, to: number): string[] {
  const width = Math.max(2, String(tenants).length);
  return Array.from({ length: to - from }, (_, index) => `t${String(from + index + 1).padStart(width, '0')}`);
}

/** Each cell's share of them, in order: with 60 tenants and 3 cells, t01 to t20 live in a. */
export function tenantsOfCell(world: Pick<World, 'tenants' | 'cells'>, cell: string): string[] {
  const index = cellIndex(cell);
  const from = Math.floor((index * world.tenants) / world.cells);
  const to = Math.floor(((index + 1) * world.tenants) / world.cells);
  return tenantsBetween(world, from, to);
}
