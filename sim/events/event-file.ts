import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Event } from '../../cells/runtime/events.ts';

/** One buffer for all files: they are read one after the other. */
const chunk = Buffer.allocUnsafe(256 * 1024);

/** A line longer than this is no event; what was read of it is dropped. */
const lineBytesMax = 4 * 1024 * 1024;

/** At most so much of one file in one poll, so that a busy part cannot keep the others waiting. */
const bytesPerPollMax = 4 * 1024 * 1024;

/** Follows one part's file through rotation (a rename), truncation and absence. */
export class EventFile {
  readonly path: string;
  #fd: number | null = null;
  #inode = 0;
  #offset = 0;
  #partial: Buffer = Buffer.alloc(0);
  #skipExisting: boolean;

  constructor(path: string, skipExisting: boolean) {
    this.path = path;
    this.#skipExisting = skipExisting;
  }

  /** The events that were written since the last call, in the file's order. A line that is not JSON is left out; the missing `seq` tells. */
  poll(): Event[] {
    const found = statSync(this.path, { throwIfNoEntry: false });
    const events: Event[] = [];
    if (this.#fd !== null && found?.ino !== this.#inode) {
      // Rotated or removed: what was still written to the old file comes first.
      this.#read(events);
      this.close();
    }
    if (!found) {
      this.#skipExisting = false;
      return events;
    }
    if (this.#fd === null && !this.#open()) return events;
    if (found.size < this.#offset && this.#sizeNow() < this.#offset) {
      this.#offset = 0;
      this.#partial = Buffer.alloc(0);
    }
    if (found.size > this.#offset) this.#read(events);
    return events;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    this.#partial = Buffer.alloc(0);
  }

  #open(): boolean {
    try {
      this.#fd = openSync(this.path, 'r');
    } catch {
      return false;
    }
    const opened = fstatSync(this.#fd);
    this.#inode = opened.ino;
    this.#offset = this.#skipExisting ? opened.size : 0;
    this.#skipExisting = false;
    return true;
  }

  #sizeNow(): number {
    return this.#fd === null ? 0 : fstatSync(this.#fd).size;
  }

  #read(events: Event[]): void {
    if (this.#fd === null) return;
    for (let total = 0; total < bytesPerPollMax;) {
      const length = readSync(this.#fd, chunk, 0, chunk.length, this.#offset);
      if (length === 0) return;
      this.#offset += length;
      total += length;
      this.#take(chunk.subarray(0, length), events);
    }
  }

  #take(bytes: Buffer, events: Event[]): void {
    const end = bytes.lastIndexOf(10);
    if (end < 0) {
      const joined = Buffer.concat([this.#partial, bytes]);
      this.#partial = joined.length > lineBytesMax ? Buffer.alloc(0) : joined;
      return;
    }
    const whole =
      this.#partial.length === 0 ? bytes.subarray(0, end) : Buffer.concat([this.#partial, bytes.subarray(0, end)]);
    this.#partial = Buffer.from(bytes.subarray(end + 1));
    for (const line of whole.toString('utf8').split('\n')) {
      const event = parseEvent(line);
      if (event) events.push(event);
    }
  }
}

/** One line of an event file; null where it is none. */
export function parseEvent(line: string): Event | null {
  if (line.length === 0) return null;
  try {
    const value = JSON.parse(line) as Partial<Event> | null;
    const isEvent =
      typeof value?.t === 'number' && typeof value.seq === 'number' && typeof value.life === 'string' && value.kind;
    return isEvent ? (value as Event) : null;
  } catch {
    return null;
  }
}
