import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { whose } from './no-lost-write.ts';
import type { Row, Rows } from './rows.ts';
import { ValueOrder } from './value-order.ts';
import type { Checker, Op } from './witness.ts';

/**
 * Each row is linearizable, over the operations of all clients; so everybody reads their own writes, and nothing older than they have read.
 * Where each write makes a version of its own, versions give the only order there can be; what is left to look at is whether
 * that order is the one in which operations happened: whatever is sent after another has ended must not come before it.
 * Where a service tells no versions, an order is searched for.
 */
export class RowOrder implements Checker {
  readonly id = 'row-order';
  readonly survivesGaps = true;
  readonly #found = new Findings(this.id);
  readonly #rows: Rows;
  /** Rows whose versions nobody tells. */
  readonly #byValue = new Map<Row, ValueOrder>();
  #looked = 0;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  ended(op: Op): void {
    if (op.row === null) return;
    if (op.outcome === 'ok') this.#looked++;
    if (this.#goesByValue(op, op.row)) return this.#put(op, op.row);
    if (op.outcome !== 'ok' || op.version === null) return;
    if (op.kind === 'write') this.#wrote(op, op.row, op.version);
    else this.#read(op, op.row, op.version);
  }

  end(): InvariantVerdict {
    return this.#found.verdict(counted(this.#looked, 'operation on rows', 'operations on rows'));
  }

  #goesByValue(op: Op, row: Row): boolean {
    if (this.#byValue.has(row)) return true;
    if (op.outcome !== 'ok' || op.version !== null || op.foreign) return false;
    const isNew = this.#rows.base === 0 && row.done === 0;
    const order = new ValueOrder(isNew ? null : undefined);
    for (const write of row.unsettled) if (write.outcome === 'unknown') order.take(write, false);
    this.#byValue.set(row, order);
    return true;
  }

  #put(op: Op, row: Row): void {
    const found = this.#byValue.get(row)!.take(op, row.open <= 1);
    if (found === null) return;
    if (found === 'unknown') {
      return this.#found.doubt(
        `too many operations on ${row.name} of ${row.tenant} overlap to say whether they have an order`,
      );
    }
    const last = found.at(-1) ?? op;
    this.#found.add({
      ...whose(last),
      expected: `an order of the ${counted(found.length, 'operation')} on ${row.name} in which each read shows what was written last`,
      seen: 'there is none',
      events: found.map(({ answer }) => answer),
    });
  }

  #wrote(op: Op, row: Row, version: number): void {
    // A version that was read before this write was sent cannot be of its making.
    if (version > op.floor) return;
    this.#found.add({
      ...whose(op),
      expected: `a version of ${row.name} above ${op.floor}, which had been seen before this was sent`,
      seen: `version ${version} acknowledged`,
      events: [row.ack, op.sent, op.answer],
    });
  }

  #read(op: Op, row: Row, version: number): void {
    if (version < op.floor) {
      this.#found.add({
        ...whose(op),
        expected: `${row.name} at version ${op.floor} or later, which had been seen before this was sent`,
        seen: version === 0 ? 'no such row' : `version ${version}`,
        events: [row.ack, op.sent, op.answer],
      });
      return;
    }
    const known = row.hashAt(version);
    if (typeof known === 'string' && op.seenHash !== null && known !== op.seenHash) {
      this.#found.add({
        ...whose(op),
        expected: `version ${version} of ${row.name} with the value that it was seen with before (${known})`,
        seen: `version ${version} with another value (${op.seenHash})`,
        events: [row.ack, op.sent, op.answer],
      });
      return;
    }
    const written = op.seenHash === null ? null : row.unsettledWith(op.seenHash);
    if (written !== null && version <= written.floor) {
      this.#found.add({
        ...whose(written),
        expected: `an effect above version ${written.floor}, which had been seen before this was sent`,
        seen: `its value as version ${version}`,
        events: [written.sent, written.answer, op.sent, op.answer],
      });
    }
  }
}
