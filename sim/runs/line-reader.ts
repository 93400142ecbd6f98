import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 64 * 1024;

/** Reads a file line by line, a little at a time. A last line without its end is left out: whoever wrote it was cut off. */
export class LineReader {
  readonly #fd: number;
  readonly #chunk = Buffer.allocUnsafe(chunkBytes);
  #lines: string[] = [];
  #next = 0;
  #partial: Buffer = Buffer.alloc(0);
  #open = true;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  /** The next line without its end; null after the last. */
  next(): string | null {
    while (this.#next >= this.#lines.length) {
      if (!this.#open || !this.#fill()) return null;
    }
    return this.#lines[this.#next++] ?? null;
  }

  close(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }

  #fill(): boolean {
    const length = readSync(this.#fd, this.#chunk, 0, chunkBytes, null);
    if (length === 0) {
      this.close();
      return false;
    }
    const bytes = Buffer.concat([this.#partial, this.#chunk.subarray(0, length)]);
    const end = bytes.lastIndexOf(10);
    this.#partial = Buffer.from(bytes.subarray(end + 1));
    this.#lines = end < 0 ? [] : bytes.subarray(0, end).toString('utf8').split('\n');
    this.#next = 0;
    return true;
  }
}
