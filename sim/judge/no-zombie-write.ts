import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { whose } from './no-lost-write.ts';
import type { Checker, Effect, Op } from './witness.ts';

interface Fence {
  readonly epoch: number;
  readonly from: string;
  readonly event: Event;
}

/**
 * A fenced or paused former owner acknowledges nothing: from the moment at which a move has fenced a cell, whatever is sent for that
 * tenant is committed and acknowledged by its new home alone. What was on its way before may still end under the old epoch.
 */
export class NoZombieWrite implements Checker {
  readonly id = 'no-zombie-write';
  readonly survivesGaps = true;
  readonly #found = new Findings(this.id);
  /** By tenant, its last fence. */
  readonly #fences = new Map<string, Fence>();
  #looked = 0;

  happened(event: Event): void {
    if (event.kind !== 'move.fenced') return;
    const fence = { epoch: Number(event['epoch']), from: String(event['from']), event };
    this.#fences.set(String(event['tenant']), fence);
  }

  ended(op: Op): void {
    if (op.outcome !== 'ok' || (op.kind !== 'write' && op.kind !== 'job')) return;
    this.#looked++;
    const fence = this.#breached(op, op.cell, op.epoch);
    if (fence) this.#breach(op, fence, op.epoch, `a ${op.kind} acknowledged`, op.answer);
  }

  committed({ op, cell, epoch, event, name }: Effect): void {
    this.#looked++;
    const fence = op && this.#breached(op, cell, epoch);
    if (fence) this.#breach(op, fence, epoch, `${event.kind} ${name}`, event);
  }

  end(): InvariantVerdict {
    return this.#found.verdict(counted(this.#looked, 'acknowledgement'));
  }

  #breached(op: Op, cell: string | null, epoch: number | null): Fence | null {
    const fence = this.#fences.get(op.tenant);
    if (!fence || cell !== fence.from || epoch === null) return null;
    return epoch < fence.epoch && op.sentT > fence.event.t ? fence : null;
  }

  #breach(
    op: Op,
    { epoch: fencedAt, from, event: fenced }: Fence,
    epoch: number | null,
    what: string,
    event: Event | null,
  ): void {
    this.#found.add({
      ...whose(op),
      cell: from,
      epoch,
      expected: `nothing committed or acknowledged by cell ${from} for ${op.tenant}, whose move had fenced it at epoch ${fencedAt}`,
      seen: `${what} under epoch ${epoch}`,
      events: [fenced, op.sent, event],
    });
  }
}
