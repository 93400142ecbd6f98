import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Position } from './contract.ts';

/** At most so much of one file at once, so that a busy one does not keep the others waiting. */
const chunkBytesMax = 256 * 1024;

const chunk = Buffer.allocUnsafe(chunkBytesMax);

/** A line without an end in so many bytes is none of ours: its bytes are skipped. */
const lineBytesMax = chunkBytesMax;

/** Whole lines, and how far the file is read with them. */
export interface ReadLines extends Position {
  readonly data: string;
}

/**
 * One event file on the other side of a name that is rotated to `NAME.1`: what is left in the old file comes before what
 * stands in the new one. A position that fits neither begins the file anew.
 */
export class FollowedFile {
  readonly path: string;
  #fd: number | null = null;
  #inode = 0;
  #offset = 0;

  constructor(path: string, from: Position | null) {
    this.path = path;
    if (!from) return;
    for (const candidate of [path, `${path}.1`]) {
      if (statSync(candidate, { throwIfNoEntry: false })?.ino !== from.inode) continue;
      this.#open(candidate, from);
      return;
    }
  }

  /** Goes to the end of what there is, so that only what comes is read. Null where the file is not there. */
  skip(): Position | null {
    if (this.#fd === null && !this.#open(this.path, null)) return null;
    this.#offset = lineEndBefore(this.#fd ?? 0, this.#size());
    return { inode: this.#inode, offset: this.#offset };
  }

  /** The next whole lines; null where there are none now. */
  read(): ReadLines | null {
    for (;;) {
      if (this.#fd === null && !this.#open(this.path, null)) return null;
      const lines = this.#readOn();
      if (lines) return lines;
      // Nothing more in this one. Is it still the one of that name?
      const found = statSync(this.path, { throwIfNoEntry: false });
      if (!found || found.ino === this.#inode) return null;
      // It may have got its last lines between our look and its rotation.
      const last = this.#readOn();
      if (last) return last;
      this.close();
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #readOn(): ReadLines | null {
    if (this.#fd === null) return null;
    if (this.#size() < this.#offset) this.#offset = 0;
    const length = readSync(this.#fd, chunk, 0, chunkBytesMax, this.#offset);
    const end = chunk.subarray(0, length).lastIndexOf(10) + 1;
    if (end === 0) {
      if (length >= lineBytesMax) this.#offset += length;
      return null;
    }
    this.#offset += end;
    return { data: chunk.toString('utf8', 0, end), inode: this.#inode, offset: this.#offset };
  }

  #size(): number {
    return this.#fd === null ? 0 : fstatSync(this.#fd).size;
  }

  #open(path: string, from: Position | null): boolean {
    try {
      this.#fd = openSync(path, 'r');
    } catch {
      return false;
    }
    this.#inode = fstatSync(this.#fd).ino;
    this.#offset = from?.offset ?? 0;
    return true;
  }
}

/** Where the last whole line before `size` ends. */
function lineEndBefore(fd: number, size: number): number {
  const from = Math.max(0, size - chunkBytesMax);
  const length = readSync(fd, chunk, 0, size - from, from);
  return from + chunk.subarray(0, length).lastIndexOf(10) + 1;
}
