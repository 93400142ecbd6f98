import type { Socket } from 'node:net';
import { monotonicMicros } from '../../cells/runtime/time.ts';
import { chunkOf, ChunkedReader, lastChunk } from './chunked.ts';
import type { HttpLimits } from './limits.ts';
import type { WholeAnswer } from './problem.ts';
import { parseRequestHead, type RequestHead } from './request-head.ts';
import type { HttpHandler, RequestOwner, Responder } from './request.ts';

/** Bytes of further requests that wait while one is worked on; above this the client is not read. */
const waitingBytesMax = 64 * 1024;

type State = 'idle' | 'head' | 'body' | 'busy' | 'lingering' | 'closed';

/**
 * One client's connection: reads requests one after the other, hands each over once it is whole, writes its answer.
 *
 *   idle → head → body → busy → idle …      anything refused → lingering → closed
 */
export class HttpConnection implements Responder {
  readonly #socket: Socket;
  readonly #handler: HttpHandler;
  readonly #limits: HttpLimits;
  #state: State = 'idle';
  #deadlineMs: number;
  #input: Buffer | null = null;
  #searchedTo = 0;
  #head: RequestHead | null = null;
  #sentT = 0;
  #chunks: ChunkedReader | null = null;
  #pieces: Buffer[] = [];
  #bodyBytes = 0;
  #owner: RequestOwner | null = null;
  #advancing = false;
  #answerChunked = false;
  #closing = false;

  constructor(socket: Socket, handler: HttpHandler, limits: HttpLimits) {
    this.#socket = socket;
    this.#handler = handler;
    this.#limits = limits;
    this.#deadlineMs = performance.now() + limits.idleMsMax;
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('end', () => this.#onEnd());
    socket.on('drain', () => this.#onDrain());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#onClose());
  }

  /** No further request is taken; the one at work is answered first. */
  close(): void {
    this.#closing = true;
    if (this.#state === 'idle') this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Called every few milliseconds by the listener. */
  checkDeadline(nowMs: number): void {
    if (nowMs < this.#deadlineMs) return;
    this.#deadlineMs = nowMs + this.#limits.stallMsMax;
    if (this.#state === 'head') this.#refuse(408, 'slow-head');
    else if (this.#state === 'body') this.#refuse(408, 'slow-body');
    else if (this.#state === 'busy' && this.#owner) this.#owner.onDeadline();
    else this.#socket.destroy();
  }

  #onData(bytes: Buffer): void {
    if (this.#state === 'lingering' || this.#state === 'closed') return;
    this.#input = this.#input === null ? bytes : Buffer.concat([this.#input, bytes]);
    if (this.#state === 'busy') {
      if (this.#input.length > waitingBytesMax) this.#socket.pause();
      return;
    }
    this.#advance();
  }

  /** Reads as many requests as there are; a loop, so that a thousand refused ones in one packet need no stack. */
  #advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    while (this.#input !== null && !this.#socket.writableNeedDrain) {
      if (this.#state === 'idle') this.#startHead();
      else if (this.#state === 'head' ? !this.#readHead() : this.#state === 'body' ? !this.#readBody() : true) break;
    }
    this.#advancing = false;
    if (this.#socket.isPaused() && this.#state !== 'busy') this.#socket.resume();
  }

  #startHead(): void {
    const input = this.#input!;
    this.#state = 'head';
    this.#searchedTo = 0;
    this.#deadlineMs = performance.now() + this.#limits.headMsMax;
    // RFC 9112: one empty line before a request line is forgiven.
    if (input.length >= 2 && input[0] === 13 && input[1] === 10) this.#consume(2);
  }

  /** False: more bytes are needed, or nothing more is read. */
  #readHead(): boolean {
    const input = this.#input;
    if (input === null) return false;
    const end = input.indexOf('\r\n\r\n', Math.max(0, this.#searchedTo - 3), 'latin1');
    if (end === -1 || end > this.#limits.headBytesMax) return this.#unfinishedHead(input, end);
    const head = parseRequestHead(input.toString('latin1', 0, end), this.#limits);
    this.#sentT = monotonicMicros();
    this.#consume(end + 4);
    if (head.kind === 'refused') {
      this.#refuse(head.status, head.reason);
      return false;
    }
    this.#head = head;
    if (head.contentLength > this.#limits.bodyBytesMax) {
      this.#refuse(413, 'body-too-large');
      return false;
    }
    if (!head.chunked && head.contentLength <= 0) {
      this.#handOver(null);
      return true;
    }
    this.#startBody(head);
    return true;
  }

  #unfinishedHead(input: Buffer, end: number): false {
    this.#sentT = monotonicMicros();
    const lineEnd = input.indexOf('\r\n', 0, 'latin1');
    const firstLine = lineEnd === -1 ? input.length : lineEnd;
    if (end !== -1 || input.length > this.#limits.headBytesMax + 4) {
      const long = firstLine > this.#limits.targetBytesMax + 64;
      this.#refuse(long ? 414 : 431, long ? 'target-too-long' : 'head-too-large');
    } else if (hasBareLineFeed(input, this.#searchedTo)) {
      this.#refuse(400, 'bare-line-feed');
    }
    this.#searchedTo = input.length;
    return false;
  }

  #startBody(head: RequestHead): void {
    this.#state = 'body';
    this.#deadlineMs = performance.now() + this.#limits.bodyMsMax;
    this.#chunks = head.chunked ? new ChunkedReader() : null;
    this.#pieces = [];
    this.#bodyBytes = 0;
    if (head.expectContinue && this.#input === null) this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  #readBody(): boolean {
    const input = this.#input!;
    const chunks = this.#chunks;
    if (chunks) {
      const end = chunks.read(input, 0, (data) => this.#keep(data));
      this.#consume(end);
      if (chunks.broken) this.#refuse(400, 'malformed-chunk');
      else if (this.#bodyBytes > this.#limits.bodyBytesMax) this.#refuse(413, 'body-too-large');
      else if (chunks.done) this.#handOver(this.#body());
      else return false;
      return this.#state !== 'lingering';
    }
    const wanted = this.#head!.contentLength - this.#bodyBytes;
    const end = Math.min(wanted, input.length);
    this.#keep(input.subarray(0, end));
    this.#consume(end);
    if (end < wanted) return false;
    this.#handOver(this.#body());
    return true;
  }

  #keep(data: Buffer): void {
    this.#bodyBytes += data.length;
    if (this.#bodyBytes <= this.#limits.bodyBytesMax) this.#pieces.push(data);
  }

  #body(): Buffer {
    return this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
  }

  #consume(bytes: number): void {
    const input = this.#input!;
    this.#input = bytes >= input.length ? null : input.subarray(bytes);
    this.#searchedTo = 0;
  }

  #handOver(body: Buffer | null): void {
    this.#state = 'busy';
    this.#deadlineMs = Infinity;
    this.#chunks = null;
    this.#pieces = [];
    const owner = this.#handler.onRequest({ head: this.#head!, body, sentT: this.#sentT, to: this });
    if (this.#state === 'busy') this.#owner = owner;
  }

  /** Answers what is no request of ours and stops reading; what is still on its way is thrown away, so that the answer arrives. */
  #refuse(status: number, reason: string): void {
    const answer = this.#handler.onRefused({
      status,
      reason,
      head: this.#head,
      sentT: this.#sentT || monotonicMicros(),
    });
    this.#write(`${answer.head}content-length: ${answer.body.length}\r\nconnection: close\r\n\r\n`, answer.body);
    this.#linger();
  }

  #linger(): void {
    this.#state = 'lingering';
    this.#input = null;
    this.#head = null;
    this.#pieces = [];
    const { lingerMs, stallMsMax } = this.#limits;
    this.#deadlineMs = performance.now() + (this.#socket.writableLength > 0 ? stallMsMax : lingerMs);
    this.#socket.end();
    this.#socket.resume();
  }

  answer(answer: WholeAnswer): void {
    if (this.#state !== 'busy') return;
    const bodiless = this.#head!.method === 'HEAD';
    this.answerCopied(answer.head, answer.body, bodiless, answer.body.length);
  }

  answerCopied(head: string, body: Buffer, bodiless: boolean, contentLength: number): void {
    if (this.#state !== 'busy') return;
    const length = bodiless ? contentLength : body.length;
    const framing = length === -1 ? '' : `content-length: ${length}\r\n`;
    const text = head + framing + (this.#keepsAlive() ? '\r\n' : 'connection: close\r\n\r\n');
    if (bodiless || body.length === 0) this.#socket.write(text, 'latin1');
    else this.#write(text, body);
    this.#finish();
  }

  startAnswer(head: string, contentLength: number): void {
    if (this.#state !== 'busy') return;
    const http10 = this.#head!.http10;
    this.#answerChunked = contentLength === -1 && !http10;
    const framing =
      contentLength !== -1 ? `content-length: ${contentLength}\r\n` : http10 ? '' : 'transfer-encoding: chunked\r\n';
    this.#socket.write(head + framing + (this.#keepsAlive() ? '\r\n' : 'connection: close\r\n\r\n'), 'latin1');
  }

  writeBody(piece: Buffer): boolean {
    if (this.#state !== 'busy' || piece.length === 0) return true;
    const taken = this.#socket.write(this.#answerChunked ? chunkOf(piece) : Buffer.from(piece));
    if (!taken) this.#deadlineMs = Math.min(this.#deadlineMs, performance.now() + this.#limits.stallMsMax);
    return taken;
  }

  endAnswer(): void {
    if (this.#state !== 'busy') return;
    if (this.#answerChunked) this.#socket.write(lastChunk, 'latin1');
    this.#answerChunked = false;
    this.#finish();
  }

  abort(): void {
    if (this.#state !== 'busy') return;
    this.#owner = null;
    this.#socket.destroy();
  }

  setDeadline(afterMs: number): void {
    this.#deadlineMs = performance.now() + afterMs;
  }

  #keepsAlive(): boolean {
    return this.#head!.keepAlive && !this.#closing;
  }

  /** Head and body in one write: one system call, one packet. */
  #write(head: string, body: Buffer): void {
    const bytes = Buffer.allocUnsafe(head.length + body.length);
    bytes.write(head, 0, 'latin1');
    body.copy(bytes, head.length);
    this.#socket.write(bytes);
  }

  #finish(): void {
    this.#owner = null;
    if (!this.#keepsAlive()) return this.#linger();
    this.#state = 'idle';
    this.#head = null;
    this.#sentT = 0;
    const { stallMsMax, idleMsMax } = this.#limits;
    this.#deadlineMs = performance.now() + (this.#socket.writableNeedDrain ? stallMsMax : idleMsMax);
    if (this.#input !== null) this.#advance();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #onDrain(): void {
    if (this.#owner) {
      this.#deadlineMs = performance.now() + this.#limits.stallMsMax;
      this.#owner.onDrain();
    } else if (this.#state === 'idle') {
      this.#deadlineMs = performance.now() + this.#limits.idleMsMax;
      this.#advance();
    }
  }

  /** The client will send no more. A request in hand is still answered: it may have closed only its side. */
  #onEnd(): void {
    if (this.#state === 'busy') this.#closing = true;
    else this.#socket.destroySoon();
  }

  #onClose(): void {
    const owner = this.#owner;
    this.#state = 'closed';
    this.#owner = null;
    this.#input = null;
    owner?.onGone();
  }
}

function hasBareLineFeed(input: Buffer, from: number): boolean {
  let at = input.indexOf(10, from);
  while (at !== -1) {
    if (at === 0 || input[at - 1] !== 13) return true;
    at = input.indexOf(10, at + 1);
  }
  return false;
}
