import type { Event } from '../../cells/runtime/events.ts';
import { cellOf } from '../world/address.ts';
import type { Trigger } from './scenario.ts';

type After = Trigger & { readonly kind: 'after' };

/** Counts events for entries that wait for one. Each fires once. */
export class EventTriggers<Entry> {
  /** By kind, so that an event that nobody waits for costs one look. */
  readonly #waiting = new Map<string, { readonly trigger: After; readonly entry: Entry; seen: number }[]>();

  constructor(entries: readonly { readonly trigger: After; readonly entry: Entry }[]) {
    for (const { trigger, entry } of entries) {
      const ofKind = this.#waiting.get(trigger.event) ?? [];
      ofKind.push({ trigger, entry, seen: 0 });
      this.#waiting.set(trigger.event, ofKind);
    }
  }

  /** The entries whose event this is. */
  take(event: Event): readonly Entry[] {
    const ofKind = this.#waiting.get(event.kind);
    if (!ofKind) return [];
    const fired: Entry[] = [];
    const left = ofKind.filter((waiting) => {
      if (!matches(event, waiting.trigger.match)) return true;
      if (++waiting.seen < waiting.trigger.count) return true;
      fired.push(waiting.entry);
      return false;
    });
    if (left.length === 0) this.#waiting.delete(event.kind);
    else this.#waiting.set(event.kind, left);
    return fired;
  }
}

function matches(event: Event, fields: After['match']): boolean {
  return Object.entries(fields).every(([name, value]) => {
    const seen = event[name] ?? (name === 'cell' ? cellOf(event.part) : undefined);
    return seen === value;
  });
}
