import { createConnection, type Socket } from 'node:net';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { ChunkedReader } from './chunked.ts';
import { responseBytesMax, responseHeadBytesMax } from './limits.ts';
import { isBodiless, parseResponseHead, type ResponseHead } from './response-head.ts';

/**
 * Why an exchange with the far side ended without its answer:
 * - `unsent`: nothing of the request was written, so it surely had no effect.
 * - `broken`: it was written, and the connection ended before a byte of the answer.
 * - `cut`: the answer had begun.
 */
export interface UpstreamFailure {
  readonly kind: 'unsent' | 'broken' | 'cut';
  readonly reason: string;
}

/** Who waits for an answer. Buffers are only valid during the call. */
export interface UpstreamListener {
  /** The answer came in one piece. */
  onWhole(head: ResponseHead, body: Buffer): void;
  /** The answer begins, and comes in pieces. */
  onHead(head: ResponseHead): void;
  onBody(piece: Buffer): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

export interface SocketOwner {
  /** It can carry another request. */
  onFree(socket: UpstreamSocket): void;
  /** It is gone. `idle`: while nobody waited on it. */
  onGone(socket: UpstreamSocket, idle: boolean): void;
}

const empty = Buffer.alloc(0);

/** One connection to a far side, carrying one request at a time. */
export class UpstreamSocket {
  readonly #socket: Socket;
  readonly #owner: SocketOwner;
  #connected = false;
  #closed = false;
  #listener: UpstreamListener | null = null;
  #method = 'GET';
  #waiting: Buffer | string | null = null;
  #written = false;
  #head: ResponseHead | null = null;
  #input: Buffer | null = null;
  #chunks: ChunkedReader | null = null;
  /** Bytes of the body still to come; Infinity where the end of the connection ends it. */
  #left = 0;
  #bodyBytes = 0;
  #error = 'closed';
  /** When it was last given back, in milliseconds of performance.now(). */
  idleSinceMs = 0;

  constructor(endpoint: Endpoint, owner: SocketOwner) {
    this.#owner = owner;
    // `onread` spares a stream's machinery and a buffer for each read; what is read is only valid until the call returns.
    this.#socket = createConnection({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length: number, bytes: Uint8Array) => {
          this.#onData(bytes as Buffer, length);
          return true;
        },
      },
    });
    this.#socket.on('connect', () => this.#onConnect());
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error.code ?? error.message;
    });
    this.#socket.on('close', () => this.#onClose());
  }

  get connected(): boolean {
    return this.#connected;
  }

  get busy(): boolean {
    return this.#listener !== null;
  }

  /** Writes one request, now or as soon as it is connected. */
  send(bytes: Buffer | string, method: string, listener: UpstreamListener): void {
    this.#listener = listener;
    this.#method = method;
    this.#written = false;
    if (this.#closed) process.nextTick(() => this.#fail());
    else if (this.#connected && !this.#socket.destroyed) this.#write(bytes);
    else this.#waiting = bytes;
  }

  /** Whether the request that it carries was written. */
  get written(): boolean {
    return this.#written;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends it without a word to its listener. */
  destroy(): void {
    this.#listener = null;
    this.#closed = true;
    this.#socket.destroy();
  }

  #write(bytes: Buffer | string): void {
    this.#written = true;
    if (typeof bytes === 'string') this.#socket.write(bytes, 'latin1');
    else this.#socket.write(bytes);
  }

  #onConnect(): void {
    this.#connected = true;
    const bytes = this.#waiting;
    this.#waiting = null;
    if (bytes !== null) this.#write(bytes);
    else if (!this.#listener) this.#owner.onFree(this);
  }

  #onData(buffer: Buffer, length: number): void {
    const bytes = buffer.subarray(0, length);
    if (this.#listener === null) return void this.#socket.destroy(); // Words that nobody asked for.
    if (this.#head !== null) return this.#readBody(bytes, 0);
    const input = this.#input === null ? bytes : Buffer.concat([this.#input, bytes]);
    const end = input.indexOf('\r\n\r\n', 0, 'latin1');
    if (end === -1) {
      if (input.length > responseHeadBytesMax) return this.#break('head-too-large');
      this.#input = this.#input === null ? Buffer.from(input) : input;
      return;
    }
    this.#input = null;
    const head = parseResponseHead(input.toString('latin1', 0, end));
    if (head === null || head.status === 101) return this.#break('malformed-answer');
    if (head.status < 200)
      return end + 4 < input.length
        ? this.#onData(Buffer.from(input.subarray(end + 4)), input.length - end - 4)
        : undefined;
    this.#takeHead(head, input, end + 4);
  }

  #takeHead(head: ResponseHead, input: Buffer, offset: number): void {
    const length = isBodiless(head.status, this.#method) ? 0 : head.contentLength;
    if (length > responseBytesMax) return this.#break('answer-too-large');
    if (length !== -1 && input.length - offset === length) {
      const listener = this.#listener!;
      this.#release(head.keepAlive);
      listener.onWhole(head, length === 0 ? empty : input.subarray(offset));
      return;
    }
    this.#head = head;
    this.#bodyBytes = 0;
    this.#chunks = length === -1 && head.chunked ? new ChunkedReader() : null;
    this.#left = length === -1 ? Infinity : length;
    this.#listener!.onHead(head);
    if (this.#listener !== null && offset < input.length) this.#readBody(input, offset);
  }

  #readBody(input: Buffer, offset: number): void {
    let end = input.length;
    if (this.#chunks) {
      end = this.#chunks.read(input, offset, (data) => this.#pass(data));
      if (this.#listener === null) return;
      if (this.#chunks.broken) return this.#break('malformed-chunk');
      if (!this.#chunks.done) return;
    } else {
      end = Math.min(end, offset + this.#left);
      this.#left -= end - offset;
      this.#pass(input.subarray(offset, end));
      if (this.#listener === null || this.#left > 0) return;
    }
    const listener = this.#listener;
    this.#release(this.#head!.keepAlive && end === input.length);
    listener.onEnd();
  }

  #pass(data: Buffer): void {
    if (this.#listener === null) return;
    this.#bodyBytes += data.length;
    if (this.#bodyBytes > responseBytesMax) return this.#break('answer-too-large');
    this.#listener.onBody(data);
  }

  /** Lets go of the exchange before its listener hears the end, so that a second one may use this very socket. */
  #release(reusable: boolean): void {
    this.#listener = null;
    this.#head = null;
    this.#chunks = null;
    if (this.#socket.isPaused()) this.#socket.resume();
    if (reusable && !this.#closed) this.#owner.onFree(this);
    else this.destroy();
  }

  #break(reason: string): void {
    this.#error = reason;
    this.#fail();
    this.#socket.destroy();
  }

  #onClose(): void {
    const idle = this.#listener === null && !this.#closed;
    this.#closed = true;
    this.#owner.onGone(this, idle);
    const listener = this.#listener;
    if (
      listener !== null &&
      this.#head !== null &&
      this.#left === Infinity &&
      !this.#chunks &&
      this.#error === 'closed'
    ) {
      this.#listener = null;
      listener.onEnd();
    } else {
      this.#fail();
    }
  }

  #fail(): void {
    const listener = this.#listener;
    if (listener === null) return;
    this.#listener = null;
    const kind = !this.#written ? 'unsent' : this.#head === null && this.#input === null ? 'broken' : 'cut';
    listener.onFailure({ kind, reason: this.#error });
  }
}

/** Shared by all sockets: reads are taken out of it before the next one can begin. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);
