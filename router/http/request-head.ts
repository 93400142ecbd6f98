import { targetTable, tokenTable } from './characters.ts';
import { parseConnection, parseContentLength, readHeaderLines } from './header-lines.ts';
import type { HttpLimits } from './limits.ts';

/** A request's head, checked. `headers` is flat: lower-case name, value, name, value … */
export interface RequestHead {
  readonly kind: 'request';
  readonly method: string;
  /** Origin form, as it was sent: percent-encodings stay, `..` cannot be in it. */
  readonly target: string;
  readonly headers: readonly string[];
  readonly host: string;
  readonly contentLength: number;
  readonly chunked: boolean;
  readonly keepAlive: boolean;
  readonly http10: boolean;
  readonly expectContinue: boolean;
  /** Headers that `connection` names: they end here. */
  readonly connectionNames: readonly string[];
}

export interface HeadRefusal {
  readonly kind: 'refused';
  readonly status: number;
  /** A slug: `two-content-lengths`. */
  readonly reason: string;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const none: readonly string[] = [];

export function refusal(status: number, reason: string): HeadRefusal {
  return { kind: 'refused', status, reason };
}

/**
 * Parses a request's head, given as Latin-1 without its closing empty line.
 * Never laxer than node:http, and stricter wherever two readers could disagree about where a request ends.
 * A client's mistake is never a 5xx: those count as errors of the service.
 */
export function parseRequestHead(head: string, limits: HttpLimits): RequestHead | HeadRefusal {
  const lineEnd = head.indexOf('\r\n');
  const line = lineEnd === -1 ? head.length : lineEnd;
  const methodEnd = head.indexOf(' ');
  if (methodEnd <= 0 || methodEnd > line) return refusal(400, 'malformed-request-line');
  const method = head.slice(0, methodEnd);
  if (!methods.has(method)) return refuseMethod(method);
  const targetEnd = head.indexOf(' ', methodEnd + 1);
  if (targetEnd === -1 || targetEnd > line) {
    return line - methodEnd > limits.targetBytesMax
      ? refusal(414, 'target-too-long')
      : refusal(400, 'malformed-request-line');
  }
  const target = head.slice(methodEnd + 1, targetEnd);
  if (target.length > limits.targetBytesMax) return refusal(414, 'target-too-long');
  const wrongTarget = checkTarget(target);
  if (wrongTarget !== null) return refusal(400, wrongTarget);
  const version = head.slice(targetEnd + 1, line);
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') {
    return refusal(400, 'version');
  }
  const headers: string[] = [];
  const wrongHeader = lineEnd === -1 ? null : readHeaderLines(head, lineEnd + 2, headers);
  if (wrongHeader !== null) return refusal(400, wrongHeader);
  if (headers.length > limits.headersMax * 2) return refusal(431, 'too-many-headers');
  return readFraming(method, target, version === 'HTTP/1.0', headers);
}

/** The headers that say where the request ends and what its connection is for. */
function readFraming(method: string, target: string, http10: boolean, headers: string[]): RequestHead | HeadRefusal {
  let host: string | null = null;
  let contentLength = -1;
  let chunked = false;
  let keepAlive = !http10;
  let expectContinue = false;
  let connectionNames = none;
  for (let at = 0; at < headers.length; at += 2) {
    const value = headers[at + 1]!;
    switch (headers[at]!) {
      case 'host':
        if (host !== null) return refusal(400, 'two-hosts');
        host = value;
        break;
      case 'content-length':
        if (contentLength !== -1) return refusal(400, 'two-content-lengths');
        contentLength = parseContentLength(value);
        if (contentLength === -1) return refusal(400, 'malformed-content-length');
        break;
      case 'transfer-encoding':
        if (chunked) return refusal(400, 'two-transfer-encodings');
        if (http10 || value.toLowerCase() !== 'chunked') return refusal(400, 'transfer-encoding');
        chunked = true;
        break;
      case 'connection': {
        const names = parseConnection(value);
        if (names === null) return refusal(400, 'malformed-connection');
        connectionNames = connectionNames.length === 0 ? names : [...connectionNames, ...names];
        if (names.includes('close')) keepAlive = false;
        break;
      }
      case 'expect':
        if (value.toLowerCase() !== '100-continue') return refusal(417, 'expectation');
        expectContinue = !http10;
        break;
      case 'upgrade':
        return refusal(400, 'upgrade');
    }
  }
  if (chunked && contentLength !== -1) return refusal(400, 'content-length-and-transfer-encoding');
  if (host === null && !http10) return refusal(400, 'no-host');
  return {
    kind: 'request',
    method,
    target,
    headers,
    host: host ?? 'localhost',
    contentLength,
    chunked,
    keepAlive,
    http10,
    expectContinue,
    connectionNames,
  };
}

function refuseMethod(method: string): HeadRefusal {
  if (method.length > 32) return refusal(400, 'malformed-request-line');
  for (let at = 0; at < method.length; at++) {
    if (tokenTable[method.charCodeAt(at)] !== 1) return refusal(400, 'malformed-request-line');
  }
  return refusal(405, 'method');
}

/** Null, or what is wrong with a target: only origin form is taken, and nothing that climbs once it is decoded. */
function checkTarget(target: string): string | null {
  if (target.charCodeAt(0) !== 47) return 'target-not-origin-form';
  let suspicious = false;
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (targetTable[code] !== 1) return 'malformed-target';
    if (code === 37 || (code === 46 && target.charCodeAt(at - 1) === 46)) suspicious = true;
  }
  return suspicious ? checkDecoded(target) : null;
}

function checkDecoded(target: string): string | null {
  const question = target.indexOf('?');
  let path: string;
  try {
    decodeURIComponent(target);
    path = decodeURIComponent(question === -1 ? target : target.slice(0, question));
  } catch {
    return 'malformed-percent-encoding';
  }
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'malformed-target';
  return path.split('/').includes('..') ? 'target-climbs' : null;
}
