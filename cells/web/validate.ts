/** The shapes that a cell takes. Every check returns a sentence about what is wrong, or null. */

const tenantPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const namePattern = /^[A-Za-z0-9._-]{1,64}$/;
const keyPattern = /^[\x21-\x7e]{1,255}$/;
const epochPattern = /^\d{1,15}$/;

export const unitsMax = 1_000_000;
export const valueBytesMax = 64 * 1024;
export const bodyBytesMax = 256 * 1024;
/** Deeper JSON would overflow the stack of whoever writes it out again. */
const depthMax = 500;

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export function isTenant(text: string | undefined): text is string {
  return text !== undefined && tenantPattern.test(text);
}

/** A sheet's or a row's name. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && namePattern.test(text) && text !== '.' && text !== '..';
}

export function isKey(text: string): boolean {
  return keyPattern.test(text);
}

export function readEpoch(text: string | undefined): number | null {
  return text !== undefined && epochPattern.test(text) ? Number(text) : null;
}

/** A body that must be a JSON object. */
export function parseObject(body: string): Parsed<Readonly<Record<string, unknown>>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { ok: false, error: 'the body is not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, error: 'the body is not a JSON object' };
  }
  if (!isShallow(value, depthMax)) return { ok: false, error: `the body is nested deeper than ${depthMax} levels` };
  return { ok: true, value: value as Readonly<Record<string, unknown>> };
}

function isShallow(value: unknown, levelsLeft: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levelsLeft === 0) return false;
  return Object.values(value).every((inner) => isShallow(inner, levelsLeft - 1));
}

export interface JobOrder {
  readonly kind: 'recalc' | 'export';
  readonly sheet: string;
  readonly units: number;
}

/** The body of POST /jobs. */
export function parseJobOrder(body: string): Parsed<JobOrder> {
  const parsed = parseObject(body);
  if (!parsed.ok) return parsed;
  const { kind, sheet, units } = parsed.value;
  if (kind !== 'recalc' && kind !== 'export') return { ok: false, error: '"kind" must be "recalc" or "export"' };
  if (!isName(sheet)) return { ok: false, error: '"sheet" must be 1 to 64 of A-Z a-z 0-9 . _ -' };
  if (typeof units !== 'number' || !Number.isInteger(units) || units < 1 || units > unitsMax) {
    return { ok: false, error: `"units" must be a whole number from 1 to ${unitsMax}` };
  }
  return { ok: true, value: { kind, sheet, units } };
}
