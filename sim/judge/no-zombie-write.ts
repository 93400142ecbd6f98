import type { Event } from '../../cells/runtime/events.ts';
import { cellOf } from '../world/address.ts';
import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { whose } from './no-lost-write.ts';
import type { Checker, Effect, Op } from './witness.ts';

interface Change {
  readonly epoch: number;
  readonly t: number;
  readonly event: Event;
}

/**
 * A fenced or paused former owner acknowledges nothing: neither a cell that a tenant was moved from, nor an Aurora instance after
 * another was promoted. What was on its way before the change may still end under the old one.
 */
export class NoZombieWrite implements Checker {
  readonly id = 'no-zombie-write';
  readonly survivesGaps = true;
  readonly #found = new Findings(this.id);
  /** By tenant, its last fence: from then on its former cell is fenced. */
  readonly #fences = new Map<string, Change & { readonly from: string }>();
  /** By cell, the newest generation of its Aurora. */
  readonly #generations = new Map<string, Change>();
  #looked = 0;

  happened(event: Event): void {
    if (event.kind === 'move.fenced') {
      const fence = { epoch: Number(event['epoch']), from: String(event['from']), t: event.t, event };
      this.#fences.set(String(event['tenant']), fence);
    } else if (event.kind === 'aurora.role' && event['role'] === 'writer') {
      const cell = cellOf(event.part) ?? '';
      const generation = Number(event['generation']);
      if (generation > (this.#generations.get(cell)?.epoch ?? 0)) {
        this.#generations.set(cell, { epoch: generation, t: event.t, event });
      }
    }
  }

  ended(op: Op): void {
    if (op.outcome !== 'ok' || (op.kind !== 'write' && op.kind !== 'job')) return;
    this.#looked++;
    const fence = this.#fences.get(op.tenant);
    if (!fence || op.cell !== fence.from || op.epoch === null || op.epoch >= fence.epoch || op.sentT <= fence.t) return;
    this.#found.add({
      ...whose(op),
      expected: `nothing acknowledged by cell ${fence.from} for ${op.tenant}, whose move had fenced it at epoch ${fence.epoch}`,
      seen: `a ${op.kind} acknowledged under epoch ${op.epoch}`,
      events: [fence.event, op.sent, op.answer],
    });
  }

  committed(effect: Effect): void {
    const { op, storeEpoch, event } = effect;
    this.#looked++;
    if (storeEpoch !== null && effect.epoch < storeEpoch) {
      this.#found.add({
        ...{ request: op?.request ?? String(event['request']), tenant: effect.tenant },
        ...{ cell: effect.cell, epoch: effect.epoch },
        expected: `nothing committed under epoch ${effect.epoch}: cell ${effect.cell} had been fenced at epoch ${storeEpoch}`,
        seen: `${event.kind} ${effect.name}`,
        events: [this.#fences.get(effect.tenant)?.event, op?.sent, event],
      });
      return;
    }
    const newest = this.#generations.get(effect.cell);
    const generation = event['generation'];
    if (!newest || typeof generation !== 'number' || generation >= newest.epoch) return;
    if (op === null || op.sentT <= newest.t) return;
    this.#found.add({
      ...{ request: op.request, tenant: effect.tenant, cell: effect.cell, epoch: effect.epoch },
      expected: `a commit by the writer of generation ${newest.epoch}, promoted before this was sent`,
      seen: `${event.kind} ${effect.name} by generation ${generation}`,
      events: [newest.event, op.sent, event],
    });
  }

  end(): InvariantVerdict {
    return this.#found.verdict(counted(this.#looked, 'acknowledgement'));
  }
}
