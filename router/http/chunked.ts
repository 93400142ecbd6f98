const cr = 13;
const lf = 10;

type State = 'size' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'end-cr' | 'end-lf' | 'done' | 'broken';

/**
 * Takes the chunked coding apart. Exactly sizes in hexadecimal and CRLF: no extensions, no trailers
 * (nobody here needs them, and each is a place where two readers disagree).
 */
export class ChunkedReader {
  #state: State = 'size';
  #size = 0;
  #digits = 0;

  get done(): boolean {
    return this.#state === 'done';
  }

  get broken(): boolean {
    return this.#state === 'broken';
  }

  /** Reads from `offset` and returns where it stopped: the end of `bytes`, or just behind the last chunk, or where it broke. */
  read(bytes: Buffer, offset: number, onData: (data: Buffer) => void): number {
    let at = offset;
    while (at < bytes.length && this.#state !== 'done' && this.#state !== 'broken') {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, at + this.#size);
        onData(bytes.subarray(at, end));
        this.#size -= end - at;
        at = end;
        if (this.#size === 0) this.#state = 'data-cr';
      } else {
        this.#state = this.#step(bytes[at++]!);
      }
    }
    return at;
  }

  #step(byte: number): State {
    switch (this.#state) {
      case 'size':
        if (byte === cr && this.#digits > 0) return 'size-lf';
        return this.#digit(byte);
      case 'size-lf':
        this.#digits = 0;
        if (byte !== lf) return 'broken';
        return this.#size === 0 ? 'end-cr' : 'data';
      case 'data-cr':
        return byte === cr ? 'data-lf' : 'broken';
      case 'data-lf':
        return byte === lf ? 'size' : 'broken';
      case 'end-cr':
        return byte === cr ? 'end-lf' : 'broken';
      case 'end-lf':
        return byte === lf ? 'done' : 'broken';
      default:
        return 'broken';
    }
  }

  #digit(byte: number): State {
    const value = hexValue(byte);
    if (value === -1 || ++this.#digits > 8) return 'broken';
    this.#size = (this.#digits === 1 ? 0 : this.#size * 16) + value;
    return 'size';
  }
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  if (byte >= 65 && byte <= 70) return byte - 55;
  return -1;
}

/** One chunk, framed. `data` must not be empty: an empty chunk is the end. */
export function chunkOf(data: Buffer): Buffer {
  const size = data.length.toString(16);
  const bytes = Buffer.allocUnsafe(size.length + 4 + data.length);
  let at = bytes.write(size + '\r\n', 0, 'latin1');
  at += data.copy(bytes, at);
  bytes[at++] = cr;
  bytes[at] = lf;
  return bytes;
}

export const lastChunk = '0\r\n\r\n';
