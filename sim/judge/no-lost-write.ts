import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import type { Row, Rows } from './rows.ts';
import type { Checker, Op } from './witness.ts';

/** Every acknowledged write is read back at the end, or a later version is. */
export class NoLostWrite implements Checker {
  readonly id = 'no-lost-write';
  readonly survivesGaps = true;
  readonly #rows: Rows;
  readonly #found = new Findings(this.id);
  /** Of rows whose versions are not told: the writes that none has surely replaced, each done by then. */
  readonly #last = new Map<Row, readonly { readonly write: Op; readonly byT: number }[]>();

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  ended(op: Op): void {
    if (op.row === null || op.outcome !== 'ok') return;
    if (op.version === null || this.#last.has(op.row)) return this.#byValue(op, op.row);
    if (op.kind === 'write') this.#wrote(op, op.row, op.version);
    else this.#read(op, op.row, op.version);
  }

  end(): InvariantVerdict {
    let writes = 0;
    let rows = 0;
    let unread = 0;
    for (const row of this.#rows.all()) {
      if (row.acks === 0) continue;
      rows++;
      writes += row.acks;
      if (row.proven < row.acks) unread++;
    }
    if (unread > 0) this.#found.doubt(`${counted(unread, 'row')} with acknowledged writes could not be read back`);
    return this.#found.verdict(`${counted(writes, 'acknowledged write')} of ${counted(rows, 'row')}`);
  }

  /** Where versions are not told a read must show a value that none has surely replaced, or one in doubt. */
  #byValue(op: Op, row: Row): void {
    const last = this.#last.get(row) ?? [];
    const endedT = op.answer?.t ?? op.sentT;
    if (op.kind === 'write') {
      const kept = last.filter(({ byT }) => byT >= op.sentT);
      this.#last.set(row, [...kept, { write: op, byT: endedT }]);
      return;
    }
    const { seenHash } = op;
    const doubtful = seenHash === null ? null : row.unsettledWith(seenHash);
    if (doubtful) this.#last.set(row, [...last, { write: doubtful, byT: endedT }]);
    const isShown = last.length === 0 || doubtful !== null || last.some(({ write }) => write.hash === seenHash);
    if (isShown) row.proven = Math.max(row.proven, op.ackCount);
    if (isShown || !op.final) return;
    const { write } = last.at(-1)!;
    this.#found.add({
      ...whose(write),
      expected: `${row.name} with the value that was written last (${write.hash}), or one that was written later`,
      seen: seenHash === null ? 'nothing' : `another value (${seenHash})`,
      events: [write.sent, write.answer, op.sent, op.answer],
    });
  }

  /** Each write makes a version of its own: whoever is given one that was acknowledged before has replaced that one. */
  #wrote(op: Op, row: Row, version: number): void {
    const known = version <= row.acked ? row.hashAt(version) : undefined;
    const twice = version === row.acked && row.ackedHash !== op.seenHash;
    if (version > op.ackFloor && !twice) return;
    this.#found.add({
      ...whose(op),
      expected: `a version of ${row.name} above ${op.ackFloor}, which was acknowledged before`,
      seen: `version ${version} acknowledged for another value${known === undefined ? '' : ' again'}: the one before it is lost`,
      events: [row.ack, op.sent, op.answer],
    });
  }

  #read(op: Op, row: Row, version: number): void {
    const other = version === row.acked && version === op.ackFloor && op.seenHash !== row.ackedHash;
    if (version >= op.ackFloor && !other) {
      row.proven = Math.max(row.proven, op.ackCount);
      return;
    }
    // What one read in the middle did not show may be there yet: that is `row-order`.
    if (!op.final) return;
    this.#found.add({
      ...whose(op),
      request: (row.ack?.['request'] as string | undefined) ?? op.request,
      expected: `${row.name} at version ${op.ackFloor} or later, as it was acknowledged`,
      seen: version === 0 ? 'no such row' : `version ${version}${other ? ' with another value' : ''}`,
      events: [row.ack, op.sent, op.answer],
    });
  }
}

/** Who is told of in a violation that one operation shows. */
export function whose(op: Op): {
  readonly request: string;
  readonly tenant: string;
  readonly cell: string | null;
  readonly epoch: number | null;
} {
  return { request: op.request, tenant: op.tenant, cell: op.cell, epoch: op.epoch };
}
