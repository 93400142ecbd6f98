import type { Event } from '../../cells/runtime/events.ts';
import type { TenantEntry } from '../../router/cell-map.ts';
import { answerOf } from '../events/answer.ts';
import { BlastRadiusLedger } from '../ledger/blast-radius.ts';
import { cellOf, type Affected } from '../ledger/dependency.ts';
import type { BlastRadius as Entry } from '../state/status.ts';
import type { InvariantVerdict, JudgedRun } from './contract.ts';
import { counted, Findings } from './findings.ts';
import type { Standing } from './standing.ts';
import type { Checker } from './witness.ts';

/** What errors there were, and on which side of the prediction. */
export interface ErrorCounts {
  readonly all: number;
  readonly inside: number;
  readonly outside: number;
}

/** Nobody outside the predicted set is hit while a fault is open, by the live world's own ledger fed from the record. */
export class BlastRadius implements Checker {
  readonly id = 'blast-radius';
  readonly survivesGaps = false;
  readonly #ledger: BlastRadiusLedger;
  readonly #standing: Standing;
  readonly #tenants: Record<string, TenantEntry>;
  readonly #run: JudgedRun;
  readonly #parts: JudgedRun['parts'][number][];
  readonly #found = new Findings(this.id);
  readonly #entries: Entry[] = [];
  /** Errors by tenant, all and while an entry was open; whoever sent the request. */
  readonly #errors = new Map<string, { all: number; open: number }>();
  /** Faults that were asked for and have not been seen to take. */
  readonly #asked = new Map<string, Event>();
  /** The newest entry has not been read since it opened. */
  #unread = false;

  constructor(run: JudgedRun, standing: Standing) {
    this.#run = run;
    this.#standing = standing;
    this.#tenants = { ...run.map.tenants };
    this.#parts = [...run.parts];
    this.#ledger = new BlastRadiusLedger(this.#estate());
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Milliseconds from the first fault's taking to a router's notice; null where there was none. */
  get noticedAfterMs(): number | null {
    return this.#entries.find(({ noticedAfterMs }) => noticedAfterMs !== null)?.noticedAfterMs ?? null;
  }

  get predicted(): ReadonlySet<string> {
    return new Set(this.#entries.flatMap(({ predicted }) => predicted));
  }

  seen(event: Event): void {
    const answer = answerOf(event);
    if (answer === null || answer.tenant === null || answer.sentMs * 1000 < this.#run.startT) return;
    this.#ledger.record(answer);
    if (!answer.error || (answer.reason ?? '').includes('quarantine')) return;
    const known = this.#errors.get(answer.tenant) ?? { all: 0, open: 0 };
    known.all++;
    if (this.#ledger.open) known.open++;
    this.#errors.set(answer.tenant, known);
  }

  happened(event: Event): void {
    switch (event.kind) {
      case 'fault.injected':
      case 'restart.begun':
        this.#took(event);
        break;
      case 'fault.seen':
        if (!this.#asked.has(String(event['fault']))) this.#took(event);
        break;
      case 'fault.gone':
      case 'restart.ended':
        this.#ledger.gone(String(event['fault']));
        this.#closeIfHealthy(event);
        break;
      case 'part.died':
        this.#ledger.died(String(event['address']), event.t / 1000);
        break;
      case 'part.started':
      case 'part.replaced':
        this.#closeIfHealthy(event);
        break;
      case 'cell.state':
        this.#ledger.cellState(String(event['cell']), String(event['health']), event.t / 1000);
        this.#closeIfHealthy(event);
        break;
      case 'move.flipped':
      case 'tenant.added':
        this.#moved(event);
        break;
      default:
        break;
    }
  }

  end(): InvariantVerdict {
    this.#readEntry();
    for (const entry of this.#entries) {
      for (const { tenant, request, status } of entry.leakRequests) {
        this.#found.add({
          ...{ request, tenant, cell: this.#tenants[tenant]?.cell ?? null, epoch: null },
          expected: `nobody hit by ${entry.targets.join(', ')} but the ${counted(entry.predicted.length, 'tenant')} that depend on it`,
          seen: `${tenant} was answered ${status === 0 ? 'nothing' : status}`,
          events: [this.#asked.get(entry.fault)],
        });
      }
    }
    return this.#found.verdict(
      `${counted(this.#entries.length, 'ledger entry', 'ledger entries')} over ${counted(Object.keys(this.#tenants).length, 'tenant')}`,
    );
  }

  /** Call after `end`. */
  errors(): ErrorCounts {
    const predicted = this.predicted;
    const sums = { all: 0, inside: 0, outside: 0 };
    for (const [tenant, { all, open }] of this.#errors) {
      sums.all += all;
      if (predicted.has(tenant)) sums.inside += open;
      else sums.outside += open;
    }
    return sums;
  }

  #took(event: Event): void {
    const id = String(event['fault']);
    if (!this.#ledger.open) this.#readEntry();
    this.#asked.set(id, event);
    const since = typeof event['since'] === 'number' ? event.at - event['since'] : 0;
    this.#ledger.took({
      id,
      target: String(event['target']),
      affected: (event['affected'] as readonly Affected[] | undefined) ?? [],
      sinceMs: event.t / 1000 - since,
      at: event.at - since,
    });
    this.#unread = true;
  }

  #readEntry(): void {
    const entry = this.#unread ? this.#ledger.read() : null;
    if (entry) this.#entries.push(entry);
    this.#unread = false;
  }

  #closeIfHealthy(event: Event): void {
    if (!this.#ledger.waitsForHealth) return;
    const cells = new Set<string>();
    for (const address of this.#ledger.affected) {
      if (!address.includes('->') && this.#standing.isDown(address)) return;
      const cell = cellOf(address);
      if (cell !== null) cells.add(cell);
    }
    for (const cell of cells) if (!this.#standing.isServing(cell)) return;
    this.#ledger.targetsHealthy(event.t / 1000, event.at);
  }

  #moved(event: Event): void {
    const tenant = String(event['tenant']);
    const cell = String(event['to'] ?? event['cell']);
    this.#tenants[tenant] = { cell, epoch: Number(event['epoch']), override: null };
    this.#ledger.setEstate(this.#estate());
  }

  #estate() {
    return {
      map: { version: this.#run.map.version, tenants: this.#tenants },
      parts: this.#parts,
      onLoss: this.#run.onLoss,
    };
  }
}
