import type { Event } from '../../cells/runtime/events.ts';
import { cellOf } from '../ledger/dependency.ts';
import type { Scenario, TimelineEntry, Trigger } from '../scenario/scenario.ts';

type After = Extract<Trigger, { kind: 'after' }>;

/** Events by which a moment can be named: on real parts they come at another time, and mean the same. */
const naming: ReadonlySet<string> = new Set(['write.committed', 'job.accepted', 'job.started', 'job.done']);

/** An event further back than this has nothing to do with what is done now. */
const nearMs = 100;

/** A time on this grid was chosen by nobody's event: `rounderTimes` found that the moment does not matter. */
const grainMs = 500;

/** The moments of one run that have a name: fed with its events in order. */
export class Moments {
  readonly #events: Event[] = [];

  take(event: Event): void {
    if (naming.has(event.kind) || event.kind.startsWith('move.')) this.#events.push(event);
  }

  /** For each entry of a timeline: what it could wait for instead of a time, the nearest event first. `startT`: where the clock is 0. */
  triggers({ timeline }: Scenario, startT: number): readonly (readonly Trigger[])[] {
    const events = this.#events.filter(({ t }) => t >= startT);
    return timeline.map((entry) => (isExact(entry) ? nearest(events, startT + entry.trigger.ms * 1000) : []));
  }
}

type Exact = TimelineEntry & { readonly trigger: { readonly kind: 'at' } };

function isExact(entry: TimelineEntry): entry is Exact {
  return entry.step.kind === 'fault' && entry.trigger.kind === 'at' && entry.trigger.ms % grainMs !== 0;
}

function nearest(events: readonly Event[], atT: number): readonly Trigger[] {
  const kinds = new Map<string, After>();
  for (let at = events.findLastIndex(({ t }) => t <= atT); at >= 0; at--) {
    const event = events[at]!;
    if (event.t < atT - nearMs * 1000) break;
    if (!kinds.has(event.kind)) kinds.set(event.kind, afterThe(event, events.slice(0, at + 1)));
  }
  // A step of a move says more than the n-th write.
  return [...kinds.values()].toSorted((one, other) => rankOf(one) - rankOf(other));
}

function afterThe(event: Event, before: readonly Event[]): After {
  const tenant = event['tenant'];
  const isMove = event.kind.startsWith('move.') && typeof tenant === 'string';
  const cell = cellOf(event.part);
  const same = (other: Event) =>
    other.kind === event.kind && (isMove ? other['tenant'] === tenant : cellOf(other.part) === cell);
  const match: After['match'] = isMove ? { tenant } : cell === null ? {} : { cell };
  return { kind: 'after', event: event.kind, match, count: before.filter(same).length };
}

function rankOf({ event }: After): number {
  return event.startsWith('move.') ? 0 : 1;
}

/** The scenarios in which one entry waits for one of these instead of its time. */
export function snapped(scenario: Scenario, triggers: readonly (readonly Trigger[])[]): readonly Scenario[] {
  return scenario.timeline.flatMap((entry, at) =>
    isExact(entry)
      ? (triggers[at] ?? []).map((trigger) => ({
          ...scenario,
          timeline: scenario.timeline.with(at, { ...entry, trigger }),
        }))
      : [],
  );
}
