import { safeText } from '../state/safe-text.ts';

/** Markup that may stand in a page as it is. Only {@link html} makes it. */
export interface Html {
  readonly markup: string;
}

export type Shown = string | number | Html | null | readonly Shown[];

/**
 * Markup with values in it. Text is taken for text, whoever wrote it: no escape sequence of a terminal, no control character,
 * no tag and no end of an attribute is left in it. Null is nothing; a list is its parts one after the other.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Shown[]): Html {
  const parts = strings.map((text, at) => text + (at < values.length ? markupOf(values[at]!) : ''));
  return { markup: parts.join('') };
}

/** Text of several lines, each made safe alone so that the lines stay. */
export function lines(text: string): Html {
  const shown = text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => escaped(safeText(line)));
  return { markup: shown.join('\n') };
}

/** JSON as the content of a `<script type="application/json">`: nothing in it can end the element or begin a comment. */
export function json(value: unknown): Html {
  return { markup: JSON.stringify(value).replaceAll('<', String.raw`\u003c`) };
}

function markupOf(value: Shown): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(safeText(value));
  return 'markup' in value ? value.markup : value.map(markupOf).join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
