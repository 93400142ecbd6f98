import type { BlastRadius } from '../state/status.ts';

/** When what was acknowledged is to be read back: once an entry is closed, and again where the record of one who was hit comes only then. */
export class ReadBackDue {
  #known = '';

  /** The entry whose hit tenants are to be read back now; null where there is none, or they are being read already. */
  look(entry: BlastRadius | null): BlastRadius | null {
    if (entry === null || entry.untilMs === null || entry.hit.length === 0) return null;
    const name = [entry.fault, entry.sinceMs, entry.untilMs, entry.hit.length].join(' ');
    if (name === this.#known) return null;
    this.#known = name;
    return entry;
  }
}
