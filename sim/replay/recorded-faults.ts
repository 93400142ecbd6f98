import type { Event } from '../../cells/runtime/events.ts';
import type { FaultStatus } from '../state/status.ts';
import { numberOf, textOf } from './event-fields.ts';

/** One that is gone is listed so long, as in a live world. In milliseconds. */
const keepGoneMs = 60_000;

/** Faults as their events tell of them. `at` is Unix milliseconds of the picture's clock. */
export class RecordedFaults {
  #faults: readonly FaultStatus[] = [];

  copy(): RecordedFaults {
    const copy = new RecordedFaults();
    copy.#faults = this.#faults;
    return copy;
  }

  take(event: Event, at: number): void {
    const id = textOf(event, 'fault');
    const known = this.#faults.find((fault) => fault.id === id);
    switch (event.kind) {
      case 'fault.injected':
        return this.#set({ ...opened(event, at), state: 'injecting' });
      case 'fault.seen': {
        const seen = textOf(event, 'seen') || null;
        return this.#set(known ? { ...known, state: 'open', seen } : { ...opened(event, at), seen });
      }
      case 'fault.healed':
        return known && this.#set({ ...known, state: 'healing' });
      case 'fault.gone':
        return known && this.#set({ ...known, state: 'gone', healedMs: at, seen: textOf(event, 'seen') || known.seen });
    }
  }

  list(now: number): readonly FaultStatus[] {
    return this.#faults.filter(({ state, healedMs }) => state !== 'gone' || now - (healedMs ?? 0) <= keepGoneMs);
  }

  #set(fault: FaultStatus): void {
    const others = this.#faults.filter(({ id }) => id !== fault.id);
    this.#faults = [...others, fault].toSorted((left, right) => left.sinceMs - right.sinceMs);
  }
}

function opened(event: Event, at: number): FaultStatus {
  const id = textOf(event, 'fault');
  const forMs = numberOf(event, 'forMs');
  const by = textOf(event, 'by');
  const settings = event['settings'];
  return {
    id,
    kind: textOf(event, 'what'),
    target: textOf(event, 'target'),
    by,
    sinceMs: at,
    untilMs: forMs === null ? null : at + forMs,
    state: 'open',
    seen: null,
    healedMs: null,
    settings: typeof settings === 'object' && settings !== null ? (settings as FaultStatus['settings']) : {},
    endsBy: by === 'outside' && event['what'] === 'death' ? 'its service replaces it' : `petri heal ${id}`,
  };
}
