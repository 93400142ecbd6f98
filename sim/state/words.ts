import type { PartStatus, Status } from './status.ts';

/** What a sentence may take on an 80-column screen, beside the glyph that stands before it. */
export const sentenceColumns = 76;

/** The first of the sentences that fits; the last is cut where none does. */
export function firstThatFits(...sentences: readonly string[]): string {
  const fitting = sentences.find((sentence) => sentence.length <= sentenceColumns);
  return fitting ?? `${sentences.at(-1)?.slice(0, sentenceColumns - 3)}...`;
}

/** `a`, `a and b`, `a, b and c`, and from `most` on `a, b and 3 more`. */
export function listOf(names: readonly string[], most = 4): string {
  if (names.length <= 1) return names.join('');
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** `0.3 s`, `19 s`, `3 min`, `2 h`: as precise as a reader at a distance needs. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 1) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

const mebibyte = 1024 * 1024;

/** `61 of 512 MiB, 1 cpu`: what a part uses beside what it may; empty where nothing is enforced. */
export function usedOfSize({ memoryBytes, size }: Pick<PartStatus, 'memoryBytes' | 'size'>): string {
  if (size === null) return '';
  const used = memoryBytes === null ? '?' : String(Math.round(memoryBytes / mebibyte));
  return `${used} of ${Math.round(size.memoryBytes / mebibyte)} MiB, ${count(size.cpus, 'cpu')}`;
}

/** What a world runs on, as its first line says it. */
export function standsOn({ on }: Pick<Status, 'on'>): string {
  if (on === 'virtual') return 'virtual time';
  return on === 'docker' ? 'Docker containers' : 'real processes';
}
