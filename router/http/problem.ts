import { statusText } from './status-text.ts';

/** A whole answer, ready but for its framing: `head` holds the status line and headers, each ended by CRLF. */
export interface WholeAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
}

export interface ProblemWords {
  readonly status: number;
  /** A slug that names the case: the end of the problem's type. */
  readonly reason: string;
  /** A full sentence. */
  readonly detail: string;
  /** More header lines, each ended by CRLF. */
  readonly headerLines?: string;
}

/** An RFC 9457 answer. */
export function problem(words: ProblemWords): WholeAnswer {
  const { status, reason, detail } = words;
  const title = statusText(status);
  const body = Buffer.from(JSON.stringify({ type: `urn:petri:${reason}`, title, status, detail }));
  const head = `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\n${words.headerLines ?? ''}`;
  return { status, head, body };
}
