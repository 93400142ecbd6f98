import type { CellMap, TenantEntry } from './cell-map.ts';
import { isTenantId } from './tenant.ts';

export type MapCheck =
  | { readonly ok: true; readonly map: CellMap }
  | { readonly ok: false; readonly reason: string; readonly version: number | null };

/** At least the outline of a map: all that is asked of one where `mapValidate` is off. */
export function parseMap(value: unknown): MapCheck {
  if (!isRecord(value)) return refuse('the map is not an object', null);
  const version = typeof value['version'] === 'number' ? value['version'] : null;
  const tenants = value['tenants'];
  if (!isRecord(tenants)) return refuse('the map has no table of tenants', version);
  const entries: Record<string, TenantEntry> = Object.create(null) as Record<string, TenantEntry>;
  for (const [tenant, entry] of Object.entries(tenants)) if (isRecord(entry)) entries[tenant] = tameEntry(entry);
  return { ok: true, map: { version: version ?? 0, tenants: entries } };
}

/**
 * Whether a map that was pushed, pulled or read from disk may replace the one in use. Refused: a wrong shape, a cell that nobody has, a map that was
 * emptied or lost half its tenants (tenants are never removed), an epoch that falls, an older version.
 */
export function validateMap(value: unknown, current: CellMap | null, cells: ReadonlySet<string>): MapCheck {
  const parsed = parseMap(value);
  if (!parsed.ok) return parsed;
  const raw = value as { readonly version: unknown; readonly tenants: Readonly<Record<string, unknown>> };
  if (!Number.isSafeInteger(raw.version) || (raw.version as number) < 0) {
    return refuse('the version is not a whole number', null);
  }
  const version = raw.version as number;
  for (const [tenant, entry] of Object.entries(raw.tenants)) {
    const wrong = checkEntry(tenant, entry, cells);
    if (wrong) return refuse(wrong, version);
  }
  return (current && compareMaps(parsed.map, current)) ?? parsed;
}

/** Whatever stands in an unchecked map, a header line can be made of what is kept of it. */
function tameEntry(entry: Readonly<Record<string, unknown>>): TenantEntry {
  const { cell, epoch, override } = entry;
  return {
    cell: typeof cell === 'string' && /^[a-z0-9-]{1,63}$/.test(cell) ? cell : 'nowhere',
    epoch: Number.isSafeInteger(epoch) ? (epoch as number) : 0,
    override: isOverride(override) ? override : null,
  };
}

function checkEntry(tenant: string, entry: unknown, cells: ReadonlySet<string>): string | null {
  if (!isTenantId(tenant)) return `${JSON.stringify(tenant.slice(0, 80))} is not a tenant's id`;
  if (!isRecord(entry)) return `tenant ${tenant} has no entry`;
  const { cell, epoch, override } = entry;
  if (typeof cell !== 'string' || !cells.has(cell)) return `tenant ${tenant} is in a cell that nobody knows`;
  if (!Number.isSafeInteger(epoch) || (epoch as number) < 0) return `tenant ${tenant} has no epoch`;
  if (override !== null && !isOverride(override)) return `tenant ${tenant} has an unknown override`;
  return null;
}

function compareMaps(next: CellMap, current: CellMap): MapCheck | null {
  if (next.version < current.version)
    return refuse(`version ${next.version} is older than ${current.version}`, next.version);
  const before = Object.keys(current.tenants).length;
  let kept = 0;
  for (const [tenant, entry] of Object.entries(current.tenants)) {
    const now = Object.hasOwn(next.tenants, tenant) ? next.tenants[tenant]! : null;
    if (!now) continue;
    kept++;
    if (now.epoch < entry.epoch) return refuse(`the epoch of tenant ${tenant} falls`, next.version);
    if (next.version === current.version && (now.epoch !== entry.epoch || now.cell !== entry.cell)) {
      return refuse(`tenant ${tenant} changed without a new version`, next.version);
    }
  }
  if (kept * 2 < before) return refuse(`only ${kept} of ${before} tenants are left in it`, next.version);
  return null;
}

function refuse(reason: string, version: number | null): MapCheck {
  return { ok: false, reason, version };
}

/** Whether a value stands in the override table. */
export function isOverride(value: unknown): value is NonNullable<TenantEntry['override']> {
  return value === 'pinned' || value === 'quarantined' || value === 'moving';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
