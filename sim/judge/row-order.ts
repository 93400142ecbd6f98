import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { whose } from './no-lost-write.ts';
import type { Row } from './rows.ts';
import type { Checker, Op } from './witness.ts';

/**
 * Each row is linearizable, over the operations of all clients; so everybody reads their own writes, and nothing older than they have read.
 * Each write makes a version of its own, so that versions give the only order there can be; what is left to look at is whether
 * that order is the one in which operations happened: whatever is sent after another has ended must not come before it.
 */
export class RowOrder implements Checker {
  readonly id = 'row-order';
  readonly survivesGaps = true;
  readonly #found = new Findings(this.id);
  #looked = 0;

  ended(op: Op): void {
    if (op.row === null || op.outcome !== 'ok' || op.version === null) return;
    this.#looked++;
    if (op.kind === 'write') this.#wrote(op, op.row, op.version);
    else this.#read(op, op.row, op.version);
  }

  end(): InvariantVerdict {
    return this.#found.verdict(counted(this.#looked, 'operation on rows', 'operations on rows'));
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
