import type { z } from 'zod';
import { didYouMean } from './suggest.ts';

/** One thing that is wrong with the data of a file. */
export interface FileIssue {
  readonly path: readonly (string | number)[];
  /** The rest of a sentence that begins with the path. */
  readonly message: string;
  /** The key itself is wrong, rather than its value. */
  readonly atKey: boolean;
}

/** What a schema found wrong, each wrong key with what was probably meant. `file`: `a world file`. */
export function explainIssues(
  error: { readonly issues: readonly z.core.$ZodIssue[] },
  schema: z.core.$ZodType,
  file: string,
): readonly FileIssue[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.filter((segment): segment is string | number => typeof segment !== 'symbol');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message, atKey: false }];
    const known = knownKeys(schema, path);
    // A file may hold thousands of wrong keys; each is compared with all that are known.
    return issue.keys.slice(0, 50).map((key) => unknownKey([...path, key], known, file));
  });
}

/** A key that nothing knows, with what was probably meant. */
export function unknownKey(path: readonly (string | number)[], known: readonly string[], file: string): FileIssue {
  const parent = path.slice(0, -1).join('.');
  const message = `is not a key of ${parent === '' ? file : parent}${didYouMean(String(path.at(-1)), known)}`;
  return { path, message, atKey: true };
}

/** The keys that the schema knows at a path: what a mistyped one is compared with. */
function knownKeys(schema: z.core.$ZodType, path: readonly (string | number)[]): readonly string[] {
  let here: z.core.$ZodType | undefined = schema;
  for (const segment of path) here = here && (shapeOf(here)?.[segment] ?? valueOf(here));
  return Object.keys((here && shapeOf(here)) ?? {});
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const definition = schema._zod.def as { innerType?: z.core.$ZodType; shape?: Record<string, z.core.$ZodType> };
  return definition.innerType ? shapeOf(definition.innerType) : definition.shape;
}

/** What every value of a mapping with free keys is. */
function valueOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const definition = schema._zod.def as { innerType?: z.core.$ZodType; valueType?: z.core.$ZodType };
  return definition.innerType ? valueOf(definition.innerType) : definition.valueType;
}
