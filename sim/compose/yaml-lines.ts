/** A key and a value of plain data. */
export type Entry = readonly [key: string, value: unknown];

/** One line of YAML for each entry, the value in flow style: a service is then as long as what there is to say about it. */
export function yamlLines(entries: readonly Entry[], indent: number): string[] {
  return entries.map(([key, value]) => `${' '.repeat(indent)}${key}: ${flow(value)}`);
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, each]) => `${key}: ${flow(each)}`);
    return `{ ${entries.join(', ')} }`;
  }
  if (typeof value === 'string' && isPlain(value)) return value;
  // JSON's scalars are YAML's, too.
  return JSON.stringify(value);
}

/** Words that no version of YAML takes for anything but a string. */
function isPlain(text: string): boolean {
  return /^[a-z][a-z0-9-]*(\/[a-z0-9-]+)*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/.test(text);
}
