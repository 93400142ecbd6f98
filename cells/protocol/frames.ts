/**
 * Length-prefixed JSON: four bytes, big endian, the number of bytes that follow; then that many bytes of UTF-8 JSON.
 * Every connection between parts that is not HTTP or Redis speaks it.
 */

/** A frame larger than this is refused and the connection closed. A browser's `GET ` read as a length is far above it. */
export const maxFrameBytes = 64 * 1024 * 1024;

export type Frame =
  | { readonly i: number; readonly m: string; readonly a: unknown }
  | { readonly i: number; readonly r: unknown }
  | { readonly i: number; readonly e: { readonly code: string; readonly message: string } }
  | { readonly m: string; readonly a: unknown };

/** One frame as bytes, ready to be written. */
export function encodeFrame(frame: Frame): Buffer {
  const json = JSON.stringify(frame);
  const length = Buffer.byteLength(json);
  const bytes = Buffer.allocUnsafe(4 + length);
  bytes.writeUInt32BE(length, 0);
  bytes.write(json, 4);
  return bytes;
}

/** Collects chunks and yields whole frames. Throws on a frame over {@link maxFrameBytes} or one that is not JSON. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    let bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    while (bytes.length >= 4) {
      const length = bytes.readUInt32BE(0);
      if (length > maxFrameBytes) throw new Error(`frame of ${length} bytes, at most ${maxFrameBytes} are taken`);
      if (bytes.length < 4 + length) break;
      frames.push(JSON.parse(bytes.toString('utf8', 4, 4 + length)) as Frame);
      bytes = bytes.subarray(4 + length);
    }
    this.#pending = bytes;
    return frames;
  }
}
