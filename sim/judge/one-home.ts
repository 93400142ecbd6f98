import type { Event } from '../../cells/runtime/events.ts';
import type { CellMap } from '../../router/cell-map.ts';
import type { InvariantVerdict } from './contract.ts';
import { counted, Findings } from './findings.ts';
import { whose } from './no-lost-write.ts';
import type { Checker, Effect, Op } from './witness.ts';

/** So many of a tenant's epochs are remembered. */
const epochsMax = 8;

interface Home {
  /** The newest epoch under which somebody was answered. */
  answered: number;
  /** The first who was answered under each epoch: which cell it was. */
  cells: { readonly epoch: number; readonly cell: string; readonly event: Event | null }[];
}

/** Epochs only rise, and one cell acknowledges per tenant and epoch. */
export class OneHome implements Checker {
  readonly id = 'one-home';
  readonly survivesGaps = true;
  readonly #found = new Findings(this.id);
  readonly #homes = new Map<string, Home>();
  #looked = 0;

  constructor(map: CellMap) {
    for (const [tenant, { cell, epoch }] of Object.entries(map.tenants)) {
      this.#homes.set(tenant, { answered: 0, cells: [{ epoch, cell, event: null }] });
    }
  }

  sent(op: Op): void {
    op.epochFloor = this.#homes.get(op.tenant)?.answered ?? 0;
  }

  ended(op: Op): void {
    const { cell, epoch, tenant } = op;
    if (op.outcome !== 'ok' || cell === null || epoch === null) return;
    this.#looked++;
    const home = this.#homeOf(tenant);
    if (epoch < op.epochFloor) {
      this.#found.add({
        ...whose(op),
        expected: `an answer under epoch ${op.epochFloor} or later, under which ${tenant} was answered before this was sent`,
        seen: `cell ${cell} answers under epoch ${epoch}`,
        events: [...home.cells.map(({ event }) => event), op.sent, op.answer],
      });
    }
    if (epoch > home.answered) home.answered = epoch;
    if (op.answer) this.#holds(home, tenant, { cell, epoch, request: op.request, event: op.answer });
  }

  committed({ tenant, cell, epoch, event }: Effect): void {
    if (typeof epoch === 'number') {
      this.#holds(this.#homeOf(tenant), tenant, { cell, epoch, request: String(event['request']), event });
    }
  }

  happened(event: Event): void {
    if (event.kind !== 'move.flipped') return;
    const tenant = String(event['tenant']);
    const home = this.#homeOf(tenant);
    const epoch = Number(event['epoch']);
    const to = String(event['to']);
    const newest = Math.max(...home.cells.filter(({ cell }) => cell !== to).map((known) => known.epoch), 0);
    if (epoch > newest) return this.#holds(home, tenant, { cell: to, epoch, request: null, event });
    this.#found.add({
      ...{ request: null, tenant, cell: to, epoch },
      expected: `an epoch above ${newest} for ${tenant}'s new home`,
      seen: `the map names ${to} under epoch ${epoch}`,
      events: [...home.cells.map((known) => known.event), event],
    });
  }

  end(): InvariantVerdict {
    return this.#found.verdict(counted(this.#looked, 'answer with its epoch', 'answers with their epochs'));
  }

  #homeOf(tenant: string): Home {
    let home = this.#homes.get(tenant);
    if (!home) this.#homes.set(tenant, (home = { answered: 0, cells: [] }));
    return home;
  }

  #holds(
    home: Home,
    tenant: string,
    said: { readonly cell: string; readonly epoch: number; readonly request: string | null; readonly event: Event },
  ): void {
    for (const known of home.cells) {
      if (known.epoch !== said.epoch) continue;
      if (known.cell === said.cell) return;
      this.#found.add({
        ...{ request: said.request, tenant, cell: said.cell, epoch: said.epoch },
        expected: `only cell ${known.cell} to act for ${tenant} under epoch ${said.epoch}`,
        seen: `cell ${said.cell} does too (${said.event.kind})`,
        events: [known.event, said.event],
      });
      return;
    }
    home.cells.push({ epoch: said.epoch, cell: said.cell, event: said.event });
    if (home.cells.length > epochsMax) home.cells.shift();
  }
}
