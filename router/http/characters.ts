function table(allowed: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (allowed(code) ? 1 : 0));
}

const alphanumeric = (code: number) => /[A-Za-z0-9]/.test(String.fromCharCode(code));
const oneOf = (text: string) => (code: number) => text.includes(String.fromCharCode(code));

/** RFC 9110 `tchar`: what a method or a header's name is made of. */
export const tokenTable = table((code) => alphanumeric(code) || oneOf("!#$%&'*+-.^_`|~")(code));

/** A header's value: tab, visible ASCII, space, and the high half (opaque bytes). No other control byte, no CR, LF, NUL. */
export const valueTable = table((code) => code === 9 || (code >= 32 && code !== 127));

/** RFC 3986 path and query in origin form; no fragment, no backslash, no quote. */
export const targetTable = table((code) => alphanumeric(code) || oneOf("/?%-._~!$&'()*+,;=:@")(code));
