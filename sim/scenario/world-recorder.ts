import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Event } from '../../cells/runtime/events.ts';
import { monotonicMicros } from '../../cells/runtime/time.ts';
import type { Gap } from '../events/merge.ts';
import { EventTail } from '../events/tail.ts';
import { EventSpool } from '../runs/event-spool.ts';

const lookForFilesMs = 300;
/** A part writes its events some milliseconds after they happened, and those of containers come over a connection. */
const settleMs = { process: 400, docker: 1500 } as const;

/**
 * Records a world that is up: follows the event files of all its parts, from their first line, those included that come later.
 * Nothing is lost silently: what is missing in a part's numbering is recorded as `log.gap`.
 */
export class WorldRecorder {
  readonly #folder: string;
  readonly #on: keyof typeof settleMs;
  readonly #spool: EventSpool;
  readonly #tail: EventTail;
  readonly #listeners: ((events: readonly Event[]) => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #gaps = 0;

  /** `events`: the world's folder of event files. `spool`: a folder of the recorder's own. */
  constructor(events: string, spool: string, on: keyof typeof settleMs) {
    this.#folder = events;
    this.#on = on;
    this.#spool = new EventSpool(spool);
    this.#tail = new EventTail({ onEvents: (batch) => this.#take(batch), onGap: (gap) => this.#noteGap(gap) });
    this.#follow();
    this.#timer = setInterval(() => this.#follow(), lookForFilesMs);
  }

  onEvents(listener: (events: readonly Event[]) => void): void {
    this.#listeners.push(listener);
  }

  async settled(): Promise<void> {
    await wait(settleMs[this.#on]);
    this.#follow();
    this.#tail.poll();
    await wait(100);
    this.#tail.poll();
  }

  /** Everything that was recorded, in order. */
  replay(listener: (events: readonly Event[]) => void): Promise<void> {
    return this.#spool.merge(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#tail.close();
    this.#spool.remove();
  }

  #follow(): void {
    for (const name of readdirSync(this.#folder))
      if (name.endsWith('.ndjson')) this.#tail.add(join(this.#folder, name), 'start');
  }

  #take(events: readonly Event[]): void {
    this.#spool.add(events);
    for (const listener of this.#listeners) listener(events);
  }

  #noteGap({ part, life, expected, seen }: Gap): void {
    const head = { v: 1 as const, t: monotonicMicros(), at: Date.now(), seq: ++this.#gaps, life: 'recorder' };
    this.#take([{ ...head, part: 'recorder', kind: 'log.gap', of: part, ofLife: life, expected, seen }]);
  }
}
