/** Text with holes, as a world file holds it: `http://{{db}}/notes`. A hole that nobody can fill never leaves the schema. */

const hole = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The names in a text's holes, in order: `{{db.host}}` is `db.host`. */
export function holesOf(text: string): readonly string[] {
  return [...text.matchAll(hole)].map((match) => match[1] ?? '');
}

/** True where braces are left that are no hole: `{{db}` or `{{}}}}`. */
export function hasStrayBraces(text: string): boolean {
  const rest = text.replace(hole, '');
  return rest.includes('{{');
}

/** The text with every hole filled. */
export function fill(text: string, valueOf: (name: string) => string): string {
  return text.replace(hole, (_, name: string) => valueOf(name));
}
