import { parseDuration, parseNumber, parseWhole, seedRange, type Parsed, type Range } from '../world/quantities.ts';
import { didYouMean, orList } from '../world/suggest.ts';
import { quote } from '../world/quantities.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';

type Options = Invocation['options'];

/** How long a fault may last, in milliseconds: at most 1 h. */
const faultRange: Range = { min: 100, max: 3_600_000 };

export function textOption(options: Options, name: string): string | null {
  const value = options[name];
  return typeof value === 'string' ? value : null;
}

export function flag(options: Options, name: string): boolean {
  return options[name] === true;
}

/** What was given once for each: `--set a=1 --set b=2`. */
export function listOption(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

export function wholeOption(options: Options, name: string, range: Range): number | null {
  return parsedOption(options, name, (text) => parseWhole(text, range));
}

export function numberOption(options: Options, name: string, range: Range): number | null {
  return parsedOption(options, name, (text) => parseNumber(text, range));
}

export function seedOption(options: Options): number | null {
  return wholeOption(options, 'seed', seedRange);
}

/** `--for 10s`, in milliseconds. */
export function forOption(options: Options): number | null {
  return parsedOption(options, 'for', (text) => parseDuration(text, faultRange));
}

export function wordOption<const Word extends string>(
  options: Options,
  name: string,
  words: readonly Word[],
): Word | null {
  const text = textOption(options, name);
  if (text === null) return null;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined)
    usage(`--${dashed(name)} must be ${orList(words)}, not ${quote(text)}${didYouMean(text, words)}`);
  return word;
}

export function parsedOption<T>(options: Options, name: string, parse: (text: string) => Parsed<T>): T | null {
  const text = textOption(options, name);
  if (text === null) return null;
  const parsed = parse(text);
  if (!parsed.ok) usage(`--${dashed(name)} ${parsed.error}`);
  return parsed.value;
}

/** Commander's `readOnly` is what was typed as `--read-only`. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
