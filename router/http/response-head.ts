import { parseConnection, parseContentLength, readHeaderLines } from './header-lines.ts';

/** An answer's head. `headers` is flat: lower-case name, value, name, value … */
export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly string[];
  /** -1 where the answer does not say. */
  readonly contentLength: number;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
  readonly connectionNames: readonly string[];
}

const none: readonly string[] = [];

/** Parses an answer's head, given as Latin-1 without its closing empty line; null where it is not one. */
export function parseResponseHead(head: string): ResponseHead | null {
  if (!head.startsWith('HTTP/1.')) return null;
  const minor = head.charCodeAt(7) - 48;
  const status = Number(head.slice(9, 12));
  const after = head.charCodeAt(12);
  if ((minor !== 0 && minor !== 1) || head.charCodeAt(8) !== 32 || !(status >= 100 && status <= 599)) return null;
  if (head.length > 12 && after !== 32 && after !== 13) return null;
  const lineEnd = head.indexOf('\r\n');
  const headers: string[] = [];
  if (lineEnd !== -1 && readHeaderLines(head, lineEnd + 2, headers) !== null) return null;

  let contentLength = -1;
  let chunked = false;
  let keepAlive = minor === 1;
  let connectionNames = none;
  for (let at = 0; at < headers.length; at += 2) {
    const value = headers[at + 1]!;
    switch (headers[at]!) {
      case 'content-length':
        if (contentLength !== -1) return null;
        contentLength = parseContentLength(value);
        if (contentLength === -1) return null;
        break;
      case 'transfer-encoding':
        if (chunked || value.toLowerCase() !== 'chunked') return null;
        chunked = true;
        break;
      case 'connection':
        connectionNames = parseConnection(value) ?? none;
        if (connectionNames.includes('close')) keepAlive = false;
        break;
    }
  }
  if (chunked && contentLength !== -1) return null;
  return { status, headers, contentLength, chunked, keepAlive, connectionNames };
}

/** Whether an answer with this status, to this method, has no body whatever its headers say. */
export function isBodiless(status: number, method: string): boolean {
  return method === 'HEAD' || status === 204 || status === 304 || status < 200;
}
