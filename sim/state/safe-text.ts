/* oxlint-disable no-control-regex -- this file is about control characters */

/** Whole escape sequences (CSI, OSC and their kin), so that nothing of them is left to read. Each alternative is linear. */
const sequences =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** C0, DEL, C1; marks of direction; characters without a width; line separators; tags; halves of pairs. */
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/**
 * Text from outside (a tenant's name, a log line, an error of a program) made safe to print as one line of a terminal:
 * no escape sequence, control character, bidirectional mark or invisible character is left; tabs and line ends become a space.
 * At most `lengthMax` UTF-16 units, `…` included.
 */
export function safeText(text: string, lengthMax = 4000): string {
  // Cut first: a log line may have many megabytes.
  const bounded = text.length > lengthMax * 4 ? text.slice(0, lengthMax * 4) : text;
  const clean = bounded
    .replace(sequences, '')
    .replace(/[\t\r\n\v\f]+/g, ' ')
    .replace(unsafe, '');
  return clean.length > lengthMax ? `${clean.slice(0, lengthMax - 1)}…` : clean;
}

/** JSON that is safe in a terminal too: what {@link safeText} takes out stands as `\uXXXX`, so nothing is lost. */
export function safeJson(value: unknown, indent = 0): string {
  return (JSON.stringify(value, null, indent) ?? 'null').replace(unsafe, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join(''),
  );
}
