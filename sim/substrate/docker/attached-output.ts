import { readyLine } from '../../../cells/runtime/part.ts';

const headerBytes = 8;
const stdout = 1;

/** A line that is longer than this is written in pieces. */
const heldBytesMax = 64 * 1024;

export interface OutputSink {
  /** Bytes for the log: whole lines of standard output, standard error as it comes. */
  write(bytes: Buffer): void;
  /** The part has said that it serves. */
  ready(): void;
}

/**
 * Takes apart what an attached container sends: frames of an 8-byte header (stream, 3 zeros, length) and as many bytes. The
 * line by which a part says that it serves is for us and does not reach the log.
 */
export class AttachedOutput {
  readonly #sink: OutputSink;
  #bytes: Buffer = Buffer.alloc(0);
  #line: Buffer = Buffer.alloc(0);

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= headerBytes) {
      const end = headerBytes + this.#bytes.readUInt32BE(4);
      if (this.#bytes.length < end) return;
      const payload = this.#bytes.subarray(headerBytes, end);
      if (this.#bytes[0] === stdout) this.#lines(payload);
      else this.#sink.write(payload);
      this.#bytes = this.#bytes.subarray(end);
    }
  }

  /** Hands on what has no end of its own. */
  end(): void {
    if (this.#line.length > 0) this.#sink.write(this.#line);
    this.#line = Buffer.alloc(0);
  }

  #lines(payload: Buffer): void {
    let from = 0;
    for (let end = payload.indexOf(10); end >= 0; end = payload.indexOf(10, from)) {
      const line = Buffer.concat([this.#line, payload.subarray(from, end + 1)]);
      this.#line = Buffer.alloc(0);
      from = end + 1;
      if (line.length === readyBytes && line.toString('utf8') === `${readyLine}\n`) this.#sink.ready();
      else this.#sink.write(line);
    }
    this.#line = Buffer.concat([this.#line, payload.subarray(from)]);
    if (this.#line.length > heldBytesMax) this.end();
  }
}

const readyBytes = Buffer.byteLength(readyLine) + 1;
