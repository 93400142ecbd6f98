import type { Event } from '../../cells/runtime/events.ts';
import { cellOf, type Affected } from '../ledger/dependency.ts';
import type { Inconclusive, JudgedWorld } from './contract.ts';
import type { FaultRecord } from './faults-accounted.ts';
import type { Witness } from './witness.ts';

/** A load process that was later than this with a request has not offered what the plan says, in milliseconds. */
const lagMsMax = 1000;

/** Notes what can make a run prove nothing. */
export class Conclusiveness implements Witness {
  readonly #world: JudgedWorld;
  readonly #affected = new Set<string>();
  #startT = Infinity;
  #lagMs = 0;
  #sleptMs = 0;

  constructor(world: JudgedWorld) {
    this.#world = world;
  }

  get slept(): boolean {
    return this.#sleptMs > 0;
  }

  begin(startT: number): void {
    this.#startT = startT;
  }

  happened(event: Event): void {
    if (event.kind === 'traffic.lag') {
      if (event.t >= this.#startT) this.#lagMs = Math.max(this.#lagMs, Number(event['lagMs']));
    } else if (event.kind === 'machine.slept') this.#sleptMs += Number(event['awayMs']);
    else if (Array.isArray(event['affected'])) {
      for (const { address } of event['affected'] as readonly Affected[]) this.#affected.add(cellOf(address) ?? '');
    }
  }

  reasons(okCells: ReadonlySet<string>, untaken: readonly FaultRecord[], gap: string | null): Inconclusive[] {
    const reasons = untaken.map(({ what, target, id }) => `${what} ${target} (${id}) was never seen to take`);
    const cells = new Set(Object.values(this.#world.map.tenants).map(({ cell }) => cell));
    const untouched = [...cells].filter((cell) => !this.#affected.has(cell));
    const quiet = untouched.filter((cell) => !okCells.has(cell)).sort();
    if (quiet.length > 0) {
      const many = quiet.length > 1;
      reasons.push(
        `${many ? 'cells' : 'cell'} ${quiet.slice(0, 5).join(', ')}${quiet.length > 5 ? ' …' : ''}, which nothing was done to, answered no request: whether ${many ? 'they were' : 'it was'} hit nobody can tell`,
      );
    }
    if (this.#lagMs > lagMsMax) {
      reasons.push(
        `the load came up to ${this.#lagMs} ms late: this machine is too slow for the rate that was asked for`,
      );
    }
    if (this.slept) {
      reasons.push(`the machine slept, or nobody looked, for ${Math.round(this.#sleptMs / 1000)} s`);
    }
    if (gap !== null) reasons.push(gap);
    return reasons.map((reason) => ({ reason }));
  }
}
