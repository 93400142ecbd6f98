import { linearize, type Held, type RegisterOp } from './linearize.ts';
import type { Op } from './witness.ts';

const opsMax = 200;
const doubtfulMax = 32;
const stepsMax = 20_000;

/**
 * The order of one row of which only values are known: a service of the user's own need not count versions. Operations are gathered until
 * none is under way; then they are put in an order, and what the row may hold goes on into the next lot.
 */
export class ValueOrder {
  #held: ReadonlySet<Held>;
  #ops: RegisterOp[] = [];
  #named: Op[] = [];
  /** Writes in doubt that no read has shown. */
  #doubtful: RegisterOp[] = [];

  /** `held`: null where the row is known to be new; undefined where nobody knows. */
  constructor(held: Held) {
    this.#held = new Set([held]);
  }

  /** An operation has ended. `isLast`: no other is under way. Returns the operations that have no order, or `unknown`, or null where all is well. */
  take(op: Op, isLast: boolean): readonly Op[] | 'unknown' | null {
    const fromT = op.sentT;
    if (op.outcome === 'ok') {
      const value = op.kind === 'write' ? op.hash : op.seenHash;
      this.#ops.push({ kind: op.kind === 'write' ? 'write' : 'read', value, fromT, toT: op.answer?.t ?? fromT });
      this.#named.push(op);
    } else if (op.kind === 'write' && op.outcome === 'unknown') {
      this.#doubtful.push({ kind: 'write', value: op.hash, fromT, toT: Infinity });
    }
    if (this.#ops.length > opsMax || this.#doubtful.length > doubtfulMax) return this.#giveUp();
    return isLast && this.#ops.length > 0 ? this.#settle() : null;
  }

  #settle(): readonly Op[] | 'unknown' | null {
    const result = linearize([...this.#ops, ...this.#doubtful], this.#held, stepsMax);
    if (result.kind === 'unknown') return this.#giveUp();
    const named = this.#named;
    const shown = new Set(this.#ops.filter(({ kind }) => kind === 'read').map(({ value }) => value));
    this.#doubtful = this.#doubtful.filter(({ value }) => !shown.has(value));
    this.#ops = [];
    this.#named = [];
    this.#held = result.kind === 'yes' ? result.held : new Set([undefined]);
    return result.kind === 'yes' ? null : named;
  }

  #giveUp(): 'unknown' {
    this.#ops = [];
    this.#named = [];
    this.#doubtful = [];
    this.#held = new Set([undefined]);
    return 'unknown';
  }
}
