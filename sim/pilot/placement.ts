export interface PlacementInputs {
  /** The cells that may be chosen, in their order. */
  readonly cells: readonly string[];
  /** How many tenants each has now; a cell that is not named has none. */
  readonly tenants: Readonly<Record<string, number>>;
  readonly maxTenants: number;
  readonly policy: 'least-loaded' | 'random';
  /** Uniform in [0, 1); only `random` looks at it. */
  readonly draw: number;
}

/** The cell for a new tenant, the first of several equals; null where every cell has its fixed maximum. */
export function place({ cells, tenants, maxTenants, policy, draw }: PlacementInputs): string | null {
  const load = (cell: string) => tenants[cell] ?? 0;
  const open = cells.filter((cell) => load(cell) < maxTenants);
  if (policy === 'random') return open[Math.floor(draw * open.length)] ?? null;
  return open.reduce<string | null>((best, cell) => (best === null || load(cell) < load(best) ? cell : best), null);
}

/** A draw in [0, 1) that depends on the seed, the purpose and the tenant alone: FNV-1a, its high bits mixed down once more. */
export function drawFor(seed: number, purpose: string, tenant: string): number {
  let value = 2_166_136_261;
  for (const character of `${seed} ${purpose} ${tenant}`) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  }
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
  return ((value ^ (value >>> 13)) >>> 0) / 2 ** 32;
}

/** How many tenants each cell has. */
export function countTenants(tenants: Readonly<Record<string, { readonly cell: string }>>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { cell } of Object.values(tenants)) counts[cell] = (counts[cell] ?? 0) + 1;
  return counts;
}
