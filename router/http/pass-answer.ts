import { answerHeaders } from './forwarded-headers.ts';
import type { HttpRequest } from './request.ts';
import { isBodiless, type ResponseHead } from './response-head.ts';
import { statusText } from './status-text.ts';

/** The head of an upstream's answer as the client gets it: without hop-by-hop headers, with our own lines last. */
function headOf(head: ResponseHead, ownLines: string): string {
  const lines = answerHeaders(head.headers, head.connectionNames);
  return `HTTP/1.1 ${head.status} ${statusText(head.status)}\r\n${lines}${ownLines}`;
}

/** Hands on an answer that came in one piece. */
export function passWhole(request: HttpRequest, head: ResponseHead, body: Buffer, ownLines: string): void {
  const bodiless = isBodiless(head.status, request.head.method);
  const length = head.status === 204 ? -1 : head.contentLength;
  request.to.answerCopied(headOf(head, ownLines), body, bodiless, length);
}

/** Begins an answer that comes in pieces. */
export function passHead(request: HttpRequest, head: ResponseHead, ownLines: string): void {
  request.to.startAnswer(headOf(head, ownLines), head.contentLength);
}

/** A request as bytes: one write, so that no task ever sees half a head. `lines` are its headers, each ended by CRLF. */
export function requestBytes(request: HttpRequest, target: string, lines: string): Buffer | string {
  const { method, host } = request.head;
  const start = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n${lines}`;
  const body = request.body;
  if (body === null) {
    const bodied = method === 'POST' || method === 'PUT' || method === 'PATCH';
    return bodied ? `${start}content-length: 0\r\n\r\n` : `${start}\r\n`;
  }
  const head = `${start}content-length: ${body.length}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + body.length);
  bytes.write(head, 0, 'latin1');
  body.copy(bytes, head.length);
  return bytes;
}
