import type { RequestHead } from './request-head.ts';
import type { WholeAnswer } from './problem.ts';

/** Where the answer to one request goes. Calls after the client has gone do nothing. */
export interface Responder {
  /** Answers at once and whole. */
  answer(answer: WholeAnswer): void;
  /** A whole answer whose body may be in a buffer that is about to be reused: it is copied. `bodiless`: its head stands alone, with this length or none (-1). */
  answerCopied(head: string, body: Buffer, bodiless: boolean, contentLength: number): void;
  /** Starts an answer in pieces; `contentLength` -1 where it is not known. */
  startAnswer(head: string, contentLength: number): void;
  /** One more piece, copied. False: the client is slow, wait for `onDrain`. */
  writeBody(piece: Buffer): boolean;
  endAnswer(): void;
  /** Breaks the connection: an answer that has begun cannot be taken back. */
  abort(): void;
  /** When {@link RequestOwner.onDeadline} is called; in milliseconds from now. */
  setDeadline(afterMs: number): void;
}

/** Who works on a request. */
export interface RequestOwner {
  /** The client went away before its answer was whole. */
  onGone(): void;
  onDeadline(): void;
  onDrain(): void;
}

export interface HttpRequest {
  readonly head: RequestHead;
  readonly body: Buffer | null;
  /** When its head was read, in microseconds of the monotonic clock. */
  readonly sentT: number;
  readonly to: Responder;
}

/** What a listener does with what it reads. */
export interface HttpHandler {
  /** Takes a whole request, body included, and returns who works on it; null where it is already answered. */
  onRequest(request: HttpRequest): RequestOwner | null;
  /** Words the answer to something that is refused before it is a request. */
  onRefused(refused: RefusedBytes): WholeAnswer;
}

export interface RefusedBytes {
  readonly status: number;
  readonly reason: string;
  /** What was understood of it before it was refused. */
  readonly head: RequestHead | null;
  readonly sentT: number;
}
