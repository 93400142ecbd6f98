import { safeText } from '../../sim/state/safe-text.ts';

/** What a piece of text means; the theme says how that looks. Meaning never rests on the look alone. */
export type Role =
  | 'plain'
  | 'quiet'
  | 'title'
  | 'rule'
  | 'good'
  | 'bad'
  | 'warn'
  | 'late'
  | 'cutOff'
  | 'picked'
  | 'key'
  | 'badge';

export interface Span {
  readonly text: string;
  readonly role: Role;
}

/** One line of the screen. */
export type Row = readonly Span[];

/** Whatever it carries, what the terminal gets is text: names and log lines come from outside. */
export const span = (text: string, role: Role = 'plain'): Span => ({
  text: plain.test(text) ? text : safeText(text),
  role,
});

const plain = /^[ -~]*$/u;

export const row = (...parts: readonly (string | Span)[]): Row =>
  parts.map((part) => (typeof part === 'string' ? span(part) : part));

export const blank: Row = [];

/** Columns that one code point takes in a terminal: 0 for marks that combine, 2 for East Asian and pictures, else 1. */
function columnsOf(codePoint: number): number {
  if (codePoint < 0x300) return 1;
  if (codePoint <= 0x36f || (codePoint >= 0x200b && codePoint <= 0x200f)) return 0;
  if (codePoint >= 0xfe00 && codePoint <= 0xfe0f) return 0;
  const wide =
    (codePoint >= 0x1100 && codePoint <= 0x115f) ||
    (codePoint >= 0x2e80 && codePoint <= 0xa4cf) ||
    (codePoint >= 0xac00 && codePoint <= 0xd7a3) ||
    (codePoint >= 0xf900 && codePoint <= 0xfaff) ||
    (codePoint >= 0xfe30 && codePoint <= 0xfe6f) ||
    (codePoint >= 0xff00 && codePoint <= 0xff60) ||
    (codePoint >= 0x1f300 && codePoint <= 0x1faff) ||
    codePoint >= 0x20000;
  return wide ? 2 : 1;
}

export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += columnsOf(character.codePointAt(0) ?? 0);
  return width;
}

export const rowWidth = (line: Row): number => line.reduce((sum, part) => sum + textWidth(part.text), 0);

export const rowText = (line: Row): string => line.map((part) => part.text).join('');

/** The longest beginning of `text` that takes at most `width` columns. */
export function clipText(text: string, width: number): string {
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += columnsOf(character.codePointAt(0) ?? 0);
    if (used > width) return kept;
    kept += character;
  }
  return kept;
}

/** Exactly `width` columns: cut where longer (with a full stop for what is missing), filled with blanks where shorter. */
export function fitRow(line: Row, width: number): Row {
  const total = rowWidth(line);
  if (total <= width) return total === width ? line : [...line, span(' '.repeat(width - total))];
  const kept: Span[] = [];
  let left = Math.max(0, width - 2);
  for (const part of line) {
    const text = clipText(part.text, left);
    if (text) kept.push(span(text, part.role));
    left -= textWidth(text);
    if (text !== part.text) break;
  }
  const rest = width - rowWidth(kept);
  return rest > 0 ? [...kept, span('..'.slice(0, rest).padEnd(rest))] : kept;
}

/** Text on the left, text on the right, at least one blank between. The right side gives way first. */
export function spread(left: Row, right: Row, width: number): Row {
  const gap = width - rowWidth(left) - rowWidth(right);
  return gap < 1 ? fitRow(left, width) : [...left, span(' '.repeat(gap)), ...right];
}

/** Blocks of lines next to each other, with a divider between; all as high as the highest. */
export function sideBySide(blocks: readonly (readonly Row[])[], widths: readonly number[], divider: string): Row[] {
  const height = Math.max(0, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, line) =>
    blocks.flatMap((block, index) => [
      ...(index > 0 ? [span(divider, 'rule')] : []),
      ...fitRow(block[line] ?? blank, widths[index] ?? 0),
    ]),
  );
}

/** Breaks a sentence at blanks into lines of at most `width` columns. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/u)) {
    if (line && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  if (line) lines.push(line);
  return lines;
}

/** The first of the alternatives that fits, else the last. */
export function firstThatFits(width: number, alternatives: readonly Row[]): Row {
  return alternatives.find((line) => rowWidth(line) <= width) ?? alternatives.at(-1) ?? blank;
}
