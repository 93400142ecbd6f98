import type { World } from './world.ts';

/** The ids of a world's cells: a, b, c, … */
export function cellIds(cells: number): string[] {
  return Array.from({ length: cells }, (_, index) => String.fromCharCode(97 + index));
}

/** The ids that a world's tenants have at its start: `t01`, `t02`, … as wide as the last of them needs. */
export function tenantIds(world: Pick<World, 'tenants'>): string[] {
  const width = Math.max(2, String(world.tenants).length);
  return Array.from({ length: world.tenants }, (_, index) => `t${String(index + 1).padStart(width, '0')}`);
}

/** Each cell's share of them, in order: with 60 tenants and 3 cells, t01 to t20 live in a. */
export function tenantsOfCell(world: Pick<World, 'tenants' | 'cells'>, cell: string): string[] {
  const index = cell.charCodeAt(0) - 97;
  const from = Math.floor((index * world.tenants) / world.cells);
  const to = Math.floor(((index + 1) * world.tenants) / world.cells);
  return tenantIds(world).slice(from, to);
}
