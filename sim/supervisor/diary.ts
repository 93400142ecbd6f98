import type { LogLine } from '../state/status.ts';

const linesMax = 500;
const linesShown = 200;

/** What happened, in words, for people: the newest lines. */
export class Diary {
  #lines: LogLine[] = [];

  add(text: string, command: string | null): void {
    this.#lines.push({ at: Date.now(), text, command });
    if (this.#lines.length > linesMax) this.#lines = this.#lines.slice(-linesShown);
  }

  newest(): readonly LogLine[] {
    return this.#lines.slice(-linesShown);
  }
}
