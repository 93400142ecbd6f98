/** How figures are written on the screen. What nobody can read is `?`, never 0. */

export function count(value: number | null): string {
  if (value === null) return '?';
  if (value > 0 && value < 0.5) return '<1';
  return Math.round(value).toLocaleString('en-US');
}

export const perSecond = (value: number | null): string => (value === 0 ? '0' : `${count(value)}/s`);

/** `12 ms`, `1.4 s`. */
export function latency(ms: number | null): string {
  if (ms === null) return '?';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `0.3 s`, `19 s`, `4 min`. */
export function age(ms: number | null): string {
  if (ms === null) return '?';
  if (ms < 1950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** `00:40`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** A moment of a recorded run: `0:12.3`. */
export function moment(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`;
}

/** The same to the millisecond, for one event among many: `0:12.345`. */
export const exactMoment = (ms: number): string => moment(ms) + String(Math.floor(ms) % 100).padStart(2, '0');

export const percent = (ratio: number): string => `${Math.round(ratio * 100)}%`;

export const tenantsWord = (value: number): string => (value === 1 ? '1 tenant' : `${count(value)} tenants`);

/** `t01, t02 and 5 more`. */
export function someOf(names: readonly string[], atMost: number): string {
  if (names.length <= atMost) return names.join(', ');
  return `${names.slice(0, atMost).join(', ')} and ${names.length - atMost} more`;
}
