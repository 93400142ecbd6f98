import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../cells/runtime/events.ts';
import { compareEvents } from '../events/merge.ts';
import { LineReader } from './line-reader.ts';

const batch = 1000;

/**
 * Keeps events on disk until all have come, each life of a part in a file of its own, in which they are in order; then merges
 * them. So a part that was frozen and tells late stands where it belongs, and nothing of a long run is held in memory.
 */
export class EventSpool {
  readonly #folder: string;
  readonly #files = new Map<string, string>();

  /** `folder` need not exist; it is the spool's own. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  add(events: readonly Event[]): void {
    const lines = new Map<string, string[]>();
    for (const event of events) {
      const life = `${event.part} ${event.life}`;
      const ofLife = lines.get(life) ?? [];
      ofLife.push(JSON.stringify(event));
      lines.set(life, ofLife);
    }
    for (const [life, ofLife] of lines) appendFileSync(this.#fileOf(life), `${ofLife.join('\n')}\n`);
  }

  /** Everything in the order of the merged log, handed over in batches. */
  async merge(listener: (events: readonly Event[]) => void): Promise<void> {
    const lives = [...this.#files.values()].map((path) => new Life(path));
    let events: Event[] = [];
    for (let first = firstOf(lives); first; first = firstOf(lives)) {
      events.push(first.take());
      if (events.length < batch) continue;
      listener(events);
      events = [];
      // Others of this process have their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (events.length > 0) listener(events);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #fileOf(life: string): string {
    const known = this.#files.get(life);
    if (known !== undefined) return known;
    const path = join(this.#folder, `${this.#files.size + 1}.ndjson`);
    this.#files.set(life, path);
    return path;
  }
}

/** One life's events, the next of them looked at. */
class Life {
  readonly #lines: LineReader;
  next: Event | null;

  constructor(path: string) {
    this.#lines = new LineReader(path);
    this.next = this.#read();
  }

  take(): Event {
    const event = this.next;
    if (!event) throw new Error('there is no event left to take');
    this.next = this.#read();
    return event;
  }

  #read(): Event | null {
    const line = this.#lines.next();
    return line === null ? null : (JSON.parse(line) as Event);
  }
}

function firstOf(lives: readonly Life[]): Life | null {
  let first: Life | null = null;
  for (const life of lives)
    if (life.next && (first?.next ? compareEvents(life.next, first.next) < 0 : true)) first = life;
  return first;
}
