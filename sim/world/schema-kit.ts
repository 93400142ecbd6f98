import { z } from 'zod';
import type { PartSize } from './part.ts';
import {
  parseDuration,
  parseRate,
  parseShare,
  parseSize,
  printDuration,
  quote,
  type Parsed,
  type Range,
} from './quantities.ts';
import { didYouMean, orList } from './suggest.ts';

export const durationPattern = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$';
export const sharePattern = '^[0-9]+(\\.[0-9]+)?%$';

/** A mapping with these keys and no other. */
export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? `must be a mapping, not ${quote(issue.input)}` : undefined),
  });
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number, description: string) {
  const error = (issue: { readonly input?: unknown }) =>
    `must be a whole number from ${min} to ${max}, not ${quote(issue.input)}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error }).describe(description);
}

/** A number from `min` to `max`. */
export function decimal(min: number, max: number, description: string) {
  const error = (issue: { readonly input?: unknown }) =>
    `must be a number from ${min} to ${max}, not ${quote(issue.input)}`;
  return z.number({ error }).min(min, { error }).max(max, { error }).describe(description);
}

/** One of a few words. */
export function words<const Words extends readonly [string, ...string[]]>(choice: Words, description: string) {
  const error = (issue: { readonly input?: unknown }) =>
    `must be ${orList(choice)}, not ${quote(issue.input)}${didYouMean(String(issue.input), choice)}`;
  return z.enum(choice, { error }).describe(description);
}

/** Text of a pattern; `what` says which, in words. */
export function text(pattern: RegExp, what: string) {
  const error = (issue: { readonly input?: unknown }) => `must be ${what}, not ${quote(issue.input)}`;
  return z.string({ error }).regex(pattern, { error });
}

/** `2s`; leaves the schema as milliseconds. */
export function duration(range: Range, description: string) {
  const about = `${description} (${printDuration(range.min)} to ${printDuration(range.max)})`;
  return quantity((value) => parseDuration(value, range), durationPattern, about, 'a duration such as 2s');
}

/** `200rps`; leaves the schema as requests a second. */
export function rate(range: Range, description: string) {
  return quantity((value) => parseRate(value, range), '^[0-9]+(\\.[0-9]+)?rps$', description, 'a rate such as 60rps');
}

/** `34%`; leaves the schema as a ratio. */
export function share(description: string) {
  return quantity(parseShare, sharePattern, description, 'a share such as 34%');
}

/** What one part may use; Fargate's own sizes are from 0.25 cpus and 512 MiB up. */
export function partSize(who: string, cpus: number, memory: string) {
  return section({
    cpus: decimal(0.1, 16, `${who}: shares of a core`).default(cpus),
    memory: size({ min: 128 * 1024 ** 2, max: 16 * 1024 ** 3 }, `${who}: memory (128MiB to 16GiB)`).prefault(memory),
  }).prefault({});
}

/** A {@link partSize} as it leaves the schema. */
export function toSize({ cpus, memory }: { readonly cpus: number; readonly memory: unknown }): PartSize {
  return { cpus, memoryBytes: Number(memory) };
}

/** `512MiB`; leaves the schema as bytes. */
export function size(range: Range, description: string) {
  const pattern = '^[0-9]+(B|KiB|MiB|GiB)$';
  return quantity((value) => parseSize(value, range), pattern, description, 'a size such as 512MiB');
}

/** A string of one of our own notations; it leaves the schema as a number in the base unit. */
function quantity(parse: (value: string) => Parsed<number>, pattern: string, description: string, what: string) {
  return z
    .string({ error: (issue) => `must be ${what}, not ${quote(issue.input)}` })
    .meta({ pattern, description })
    .transform((value, context) => {
      const parsed = parse(value);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: 'custom', message: parsed.error });
      return z.NEVER;
    });
}
