import { styleText } from 'node:util';
import { safeJson, safeText } from '../state/safe-text.ts';
import type { CommandContext } from './context.ts';

type Style = Parameters<typeof styleText>[0];

/** Prints a value for scripts: one line, or indented where a person reads it. */
export function printJson(context: CommandContext, value: unknown): void {
  context.data(safeJson(value, context.isTerminal ? 2 : 0));
}

/** Colours text where the reader wants colour. */
export function paint(context: CommandContext, style: Style, text: string): string {
  return context.colour ? styleText(style, text, { validateStream: false }) : text;
}

/** Columns padded to their widest cell, two spaces between; the last one is not padded. A note stands under its row. */
export function printTable(
  context: CommandContext,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  notes: readonly string[] = [],
): void {
  const lines = [head, ...rows].map((row) => row.map((cell) => safeText(cell, 200)));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  lines.forEach((line, at) => {
    const text = line
      .map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column]!)))
      .join('  ');
    context.out(at === 0 ? paint(context, 'bold', text.trimEnd()) : text.trimEnd());
    const note = at === 0 ? undefined : notes[at - 1];
    if (note !== undefined) context.out(safeText(note, 200));
  });
}

/** A figure that nobody can read is `?`, never 0. */
export function figure(value: number | null, unit = ''): string {
  if (value === null) return '?';
  const text = Math.abs(value) >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
  return `${text}${unit}`;
}

/** `350 ms`, `3.2 s`, `2 min 5 s`. */
export function span(ms: number | null): string {
  if (ms === null) return '?';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function clock(unixMs: number): string {
  return new Date(unixMs).toTimeString().slice(0, 8);
}

export function percent(ratio: number): string {
  const value = ratio * 100;
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)}%`;
}

/** A word as a shell takes it whole: `router->b` needs quotes, or the shell writes a file b. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** An example or command line with quotes around the words that name a link. */
export function quoteLinks(commandLine: string): string {
  return commandLine
    .split(' ')
    .map((word) => (word.includes('->') ? shellWord(word) : word))
    .join(' ');
}
