import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { whose } from './no-lost-write.ts';
import type { Row } from './rows.ts';
import type { Checker, Effect, Op } from './witness.ts';

/** At most one effect per idempotency key, and one answer. */
export class OncePerKey implements Checker {
  readonly id = 'once-per-key';
  readonly survivesGaps = true;
  readonly #found = new Findings(this.id);
  #looked = 0;

  sent(op: Op): void {
    if (op.key !== null) this.#looked++;
  }

  committed(effect: Effect): void {
    const { op, replayed, name } = effect;
    if (op === null || op.effect === null) return;
    // A task that was frozen after its commit tells of it late: then the answer was given again, elsewhere, before the effect was told.
    if (op.effect === name && (replayed || op.effects === 0)) return;
    this.#found.add({
      ...whose(op),
      cell: effect.cell,
      epoch: effect.epoch,
      expected: replayed
        ? `the first answer to ${named(op)}: ${op.effect}`
        : `one effect of ${named(op)}, ${op.effect}`,
      seen: replayed ? `the answer ${name}` : `a second one, ${name}`,
      events: [op.sent, op.answer, effect.event],
    });
  }

  ended(op: Op): void {
    if (op.outcome !== 'ok') return;
    if (op.row !== null && op.seenHash !== null) this.#valueTwice(op, op.row, op.seenHash);
    if (op.key === null) return;
    if (op.effect !== null) {
      const told = op.kind === 'write' ? (op.answer?.['etag'] as string | null) : op.job;
      if (told !== null && told !== op.effect) this.#another(op, told);
    }
  }

  end(): InvariantVerdict {
    return this.#found.verdict(counted(this.#looked, 'key'));
  }

  #another(op: Op, told: string): void {
    this.#found.add({
      ...whose(op),
      expected: `the answer ${op.effect}, which is the effect of ${named(op)}`,
      seen: `the answer ${told}`,
      events: [op.sent, op.answer],
    });
  }

  /** Values of Petri's clients are each sent under one key: one that stands under two versions was written twice. */
  #valueTwice(op: Op, row: Row, hash: string): void {
    if (row.foreign > 0 || op.foreign || op.version === null) return;
    const other = row.versionOf(hash);
    if (other === null || other === op.version || op.effects > 1) return;
    this.#found.add({
      ...whose(op),
      expected: `one effect of the key under which ${row.name} was given this value (${hash})`,
      seen: `it as version ${Math.min(other, op.version)} and as version ${Math.max(other, op.version)}`,
      events: [row.ack, op.sent, op.answer],
    });
  }
}

/** An operation without a key may have one effect all the same: who sends it twice does what nobody asked for. */
function named({ key, request }: Op): string {
  return key === null ? `request ${request}` : `key ${key}`;
}
