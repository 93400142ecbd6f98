import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EventSink } from './events.ts';
import { monotonicMicros } from './time.ts';

/** A part's own log is rotated once, to `<file>.1`, when it passes this size: a live world keeps a bounded past. */
export const rotateAtBytes = 16 * 1024 * 1024;

/** Events are written together this long after the first of them, in milliseconds. */
const flushAfterMs = 20;

const newline = 10;

/** Appends a part's events to its file: batched, whole lines, one write per batch. */
export class EventLog implements EventSink {
  readonly #file: string;
  readonly #who: string;
  #fd: number;
  #bytes: number;
  /** The file's last line may lack its end: a life was cut off, or the disk was full. */
  #torn: boolean;
  #seq = 0;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(file: string, part: string) {
    this.#file = file;
    const life = `${process.pid}-${monotonicMicros().toString(36)}`;
    this.#who = `"life":${JSON.stringify(life)},"part":${JSON.stringify(part)}`;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#fd = openSync(file, 'a', 0o600);
    this.#bytes = fstatSync(this.#fd).size;
    this.#torn = this.#bytes > 0 && lastByteOf(file, this.#bytes) !== newline;
  }

  record(kind: string, fields: Readonly<Record<string, unknown>>): void {
    // The head is written by hand: spreading two objects into a third costs more than the rest of a router's recording.
    const head = `{"v":1,"t":${monotonicMicros()},"at":${Date.now()},"seq":${++this.#seq},${this.#who},"kind":"${kind}"`;
    const rest = JSON.stringify(fields);
    this.#lines.push(rest === '{}' ? `${head}}` : `${head},${rest.slice(1)}`);
    this.#timer ??= setTimeout(() => this.flush(), flushAfterMs);
  }

  /** Writes what waits. A full disk loses the batch, and the gap in `seq` shows it. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#lines.length === 0) return;
    const lines = this.#lines.join('\n') + '\n';
    this.#lines = [];
    try {
      if (this.#bytes + Buffer.byteLength(lines) > rotateAtBytes) this.#rotate();
      const bytes = Buffer.from(this.#torn ? `\n${lines}` : lines);
      this.#torn = true;
      const written = writeSync(this.#fd, bytes);
      this.#bytes += written;
      this.#torn = written < bytes.length;
    } catch {
      // Recording never fails the part; the missing sequence numbers tell the reader.
    }
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }

  #rotate(): void {
    renameSync(this.#file, `${this.#file}.1`);
    closeSync(this.#fd);
    this.#fd = openSync(this.#file, 'a', 0o600);
    this.#bytes = 0;
    this.#torn = false;
  }
}

function lastByteOf(file: string, size: number): number | undefined {
  const fd = openSync(file, 'r');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, size - 1);
  closeSync(fd);
  return byte[0];
}
