/** The outcome of reading one value that a person wrote: the value, or the rest of a sentence that begins with its name. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Seeds of a plan, of a schedule, of a world in virtual time. */
export const seedRange: Range = { min: 0, max: 4_294_967_295 };

const msPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const bytesPerUnit: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `250ms`, `30s`, `1.5s`, `2m`, `1h` → whole milliseconds within `range` (in milliseconds). */
export function parseDuration(text: string, range: Range): Parsed<number> {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text);
  if (!match) return failure(`must be a duration such as 30s, 250ms or 2m, not ${quote(text)}`);
  const ms = Math.round(Number(match[1]) * msPerUnit[match[2]!]!);
  if (ms < range.min || ms > range.max)
    return failure(`must be from ${printDuration(range.min)} to ${printDuration(range.max)}, not ${text}`);
  return { ok: true, value: ms };
}

/** The shortest exact spelling: 120000 → `2m`, 1500 → `1500ms`. */
export function printDuration(ms: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    const size = msPerUnit[unit]!;
    if (ms !== 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/** `60rps`, `0.5rps` → requests per second within `range`. */
export function parseRate(text: string, range: Range): Parsed<number> {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)rps$/.exec(text);
  if (!match) return failure(`must be a rate such as 60rps, not ${quote(text)}`);
  const rps = Number(match[1]);
  if (rps < range.min || rps > range.max)
    return failure(`must be from ${range.min}rps to ${range.max}rps, not ${text}`);
  return { ok: true, value: rps };
}

/** `34%`, `0.5%` → a ratio from 0 to 1, within `range`. */
export function parseShare(text: string, range: Range = { min: 0, max: 1 }): Parsed<number> {
  const match = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text);
  if (!match) return failure(`must be a share such as 34%, not ${quote(text)}`);
  const share = Number(match[1]) / 100;
  if (share < range.min || share > range.max)
    return failure(`must be from ${range.min * 100}% to ${range.max * 100}%, not ${text}`);
  return { ok: true, value: share };
}

/** `64KiB`, `10MiB`, `512B` → bytes within `range`. */
export function parseSize(text: string, range: Range): Parsed<number> {
  const match = /^(\d{1,9})(B|KiB|MiB|GiB)$/.exec(text);
  if (!match) return failure(`must be a size such as 64KiB or 10MiB, not ${quote(text)}`);
  const bytes = Number(match[1]) * bytesPerUnit[match[2]!]!;
  if (bytes < range.min || bytes > range.max)
    return failure(`must be from ${range.min} to ${range.max} bytes, not ${text}`);
  return { ok: true, value: bytes };
}

/** A whole number in decimal digits within `range`. */
export function parseWhole(text: string, range: Range): Parsed<number> {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value) || value < range.min || value > range.max)
    return failure(`must be a whole number from ${range.min} to ${range.max}, not ${quote(text)}`);
  return { ok: true, value };
}

/** A number in decimal digits within `range`. */
export function parseNumber(text: string, range: Range): Parsed<number> {
  const value = /^-?\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value) || value < range.min || value > range.max)
    return failure(`must be a number from ${range.min} to ${range.max}, not ${quote(text)}`);
  return { ok: true, value };
}

/** What somebody wrote, short enough to stand in a sentence and without control characters. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 50 ? `${text.slice(0, 49)}…` : text;
}

function failure(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
