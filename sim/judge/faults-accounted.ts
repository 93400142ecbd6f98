import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import type { Checker } from './witness.ts';

/** One fault of the record, as far as it has come. */
export interface FaultRecord {
  readonly id: string;
  readonly what: string;
  readonly target: string;
  readonly begun: Event;
  seen: Event | null;
  healed: Event | null;
  gone: Event | null;
}

/** Every fault was seen to take and seen to go, and nothing of ours is left altered. */
export class FaultsAccounted implements Checker {
  readonly id = 'faults-accounted';
  readonly survivesGaps = false;
  readonly faults = new Map<string, FaultRecord>();
  readonly #found = new Findings(this.id);

  happened(event: Event): void {
    const id = event['fault'];
    if (typeof id !== 'string' || !event.kind.startsWith('fault.')) return;
    let fault = this.faults.get(id);
    if (!fault) {
      const named = { id, what: String(event['what']), target: String(event['target']) };
      this.faults.set(id, (fault = { ...named, begun: event, seen: null, healed: null, gone: null }));
    }
    if (event.kind === 'fault.seen') fault.seen = event;
    else if (event.kind === 'fault.healed') fault.healed = event;
    else if (event.kind === 'fault.gone') fault.gone = event;
  }

  /** Faults that were never seen to take: a run with one proves nothing. */
  untaken(): FaultRecord[] {
    return [...this.faults.values()].filter(({ seen }) => seen === null);
  }

  end(): InvariantVerdict {
    for (const fault of this.faults.values()) {
      const name = `${fault.what} ${fault.target} (${fault.id})`;
      if (fault.gone === null) {
        this.#found.add({
          ...{ request: null, tenant: null, cell: null, epoch: null },
          expected: `${name} to be seen to go`,
          seen: fault.healed ? 'it was healed, and no probe saw it gone' : 'it is open still when the record ends',
          events: [fault.begun, fault.seen, fault.healed],
        });
      } else if (fault.seen === null) this.#found.doubt(`${name} was never seen to take`);
    }
    return this.#found.verdict(counted(this.faults.size, 'fault'));
  }
}
