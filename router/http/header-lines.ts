import { tokenTable, valueTable } from './characters.ts';

/**
 * Reads the header lines of a head from `offset` to its end into `headers`: lower-case name, value, name, value …
 * `head` is the head as Latin-1 without its closing empty line. Returns null, or why the head is refused.
 * Strict where a lenient reader and a strict one would see different requests: no folding, no space before the colon,
 * no bare CR or LF, no control bytes.
 */
export function readHeaderLines(head: string, offset: number, headers: string[]): string | null {
  const length = head.length;
  let at = offset;
  while (at < length) {
    const nameStart = at;
    while (at < length && tokenTable[head.charCodeAt(at)] === 1) at++;
    if (at === nameStart) return 'malformed-header-name';
    if (at >= length || head.charCodeAt(at) !== 58) return 'malformed-header-name';
    const name = head.slice(nameStart, at).toLowerCase();
    at++;
    while (at < length && (head.charCodeAt(at) === 32 || head.charCodeAt(at) === 9)) at++;
    const valueStart = at;
    while (at < length && valueTable[head.charCodeAt(at)] === 1) at++;
    let valueEnd = at;
    while (valueEnd > valueStart && (head.charCodeAt(valueEnd - 1) === 32 || head.charCodeAt(valueEnd - 1) === 9)) {
      valueEnd--;
    }
    if (at < length) {
      if (head.charCodeAt(at) !== 13 || head.charCodeAt(at + 1) !== 10) return 'malformed-header-value';
      at += 2;
    }
    headers.push(name, head.slice(valueStart, valueEnd));
  }
  return null;
}

/** A `content-length` value as a number of bytes; -1 where it is not plain digits in range. */
export function parseContentLength(value: string): number {
  if (value.length === 0 || value.length > 15) return -1;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 48 || code > 57) return -1;
  }
  return Number(value);
}

/** The lower-case members of a `connection` value; null where one is not a token. */
export function parseConnection(value: string): readonly string[] | null {
  const names: string[] = [];
  for (const member of value.split(',')) {
    const name = member.trim().toLowerCase();
    if (name === '') continue;
    for (let at = 0; at < name.length; at++) if (tokenTable[name.charCodeAt(at)] !== 1) return null;
    names.push(name);
  }
  return names;
}

/** The value of the only header of that name; null where there is none, undefined where there are several. */
export function onlyHeader(headers: readonly string[], name: string): string | null | undefined {
  let value: string | null = null;
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] !== name) continue;
    if (value !== null) return undefined;
    value = headers[at + 1]!;
  }
  return value;
}

/** The first value of that name, or null. */
export function firstHeader(headers: readonly string[], name: string): string | null {
  for (let at = 0; at < headers.length; at += 2) if (headers[at] === name) return headers[at + 1]!;
  return null;
}
