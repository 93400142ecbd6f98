import type { Event } from '../../cells/runtime/events.ts';
import type { Estate } from '../ledger/dependency.ts';
import type { PartFact } from '../state/compose.ts';
import type { PartState } from '../substrate/substrate.ts';
import { cellOf, isXl, kindOf } from '../world/address.ts';
import { textOf } from './event-fields.ts';

type Role = 'writer' | 'reader';

interface Part {
  readonly state: PartState;
  readonly restarts: number;
  readonly role: Role | undefined;
}

/** Which parts run, as events tell. Pids and memory were not recorded: they are null. */
export class RecordedParts {
  readonly #parts: Map<string, Part>;

  constructor(parts: ReadonlyMap<string, Part>) {
    this.#parts = new Map(parts);
  }

  /** As the run began: everything that ought to run does. */
  static of(parts: Estate['parts']): RecordedParts {
    return new RecordedParts(
      new Map(parts.map(({ address, role }) => [address, { state: 'running', restarts: 0, role }])),
    );
  }

  copy(): RecordedParts {
    return new RecordedParts(this.#parts);
  }

  take(event: Event): void {
    const address = textOf(event, 'address');
    switch (event.kind) {
      case 'part.started':
        return this.#set(address, { state: 'running' });
      case 'part.replaced':
        return this.#set(address, { state: 'running', restarts: (this.#parts.get(address)?.restarts ?? 0) + 1 });
      case 'part.died':
        return this.#set(address, { state: isGraceful(event) ? 'stopped' : 'dead' });
      case 'aurora.role': {
        const role = event['role'];
        return this.#set(event.part, { role: role === 'writer' || role === 'reader' ? role : undefined });
      }
    }
  }

  /** Frozen parts, while a fault that does that is open. */
  freeze(addresses: readonly string[], frozen: boolean): void {
    const [from, to] = frozen ? (['running', 'paused'] as const) : (['paused', 'running'] as const);
    for (const address of addresses) if (this.state(address) === from) this.#set(address, { state: to });
  }

  state(address: string): PartState | null {
    return this.#parts.get(address)?.state ?? null;
  }

  get addresses(): readonly string[] {
    return [...this.#parts.keys()];
  }

  get roles(): ReadonlyMap<string, Role> {
    const known = [...this.#parts].flatMap(([address, { role }]) =>
      role === undefined ? [] : [[address, role] as const],
    );
    return new Map(known);
  }

  facts(): PartFact[] {
    return [...this.#parts].map(([address, { state, restarts, role }]) => {
      // An XL worker comes and goes with its work: one that is not there is missed by nobody.
      const wanted = isXl(address) ? state === 'running' || state === 'paused' : state !== 'stopped';
      const shownRole = state === 'running' || state === 'paused' ? role : undefined;
      const unread = { pid: null, containerId: null, memoryBytes: null };
      return {
        address,
        kind: kindOf(address),
        cell: cellOf(address),
        wanted,
        state,
        restarts,
        role: shownRole,
        ...unread,
      };
    });
  }

  #set(address: string, change: Partial<Part>): void {
    const known = this.#parts.get(address) ?? { state: 'running', restarts: 0, role: undefined };
    this.#parts.set(address, { ...known, ...change });
  }
}

/** It ended by itself and well: scaled away, or asked to stop. */
function isGraceful(event: Event): boolean {
  return event['signal'] !== 'SIGKILL' && event['code'] === 0;
}
