import type { Event } from '../../cells/runtime/events.ts';
import type { CellMap } from '../../router/cell-map.ts';
import { answerOf } from '../events/answer.ts';
import { Histogram } from '../events/histogram.ts';
import { cellOf } from '../world/address.ts';
import type { RunMetrics, RunSeries } from './contract.ts';

const everyMs = 1000;
/** An hour, and what its end may take. */
const slotsMax = 2 * 3600;

interface Slot {
  ok: number;
  refused: number;
  unknown: number;
  readonly latency: Histogram;
  readonly hit: Set<string>;
  /** How many jobs were accepted less those that ended in this second. */
  opened: number;
}

/** Counts a run by cell and second of the scenario's clock, as its events come. */
export class MetricsBuilder {
  readonly #homes = new Map<string, string>();
  readonly #cells = new Map<string, Slot[]>();
  /** Jobs that have not ended, by id, and those accepted before the clock began. */
  readonly #jobs = new Map<string, string>();
  readonly #openBefore = new Map<string, number>();
  #startT: number | null = null;
  #isOver = false;

  constructor(map: CellMap) {
    for (const [tenant, { cell }] of Object.entries(map.tenants)) {
      this.#homes.set(tenant, cell);
      this.#cells.set(cell, []);
    }
  }

  begin(startT: number): void {
    this.#startT = startT;
  }

  take(event: Event): void {
    if (event.kind === 'job.accepted' && event['replayed'] !== true) this.#accepted(event);
    else if (event.kind === 'job.done' || event.kind === 'job.dead') this.#ended(event);
    // Routers do not know who asks: once everything is read back, what they record is none of the tenants' load.
    else if (event.kind === 'request.sent' && event['purpose'] === 'final') this.#isOver = true;
    else if (event.kind === 'request.answered' && !this.#isOver) this.#answered(event);
  }

  end(endT: number): RunMetrics {
    const slots = Math.min(slotsMax, Math.max(1, Math.ceil((endT - (this.#startT ?? endT)) / 1000 / everyMs)));
    const cells = [...this.#cells].map(([cell, known]) => [cell, this.#series(cell, known, slots)] as const);
    return { format: 1, everyMs, cells: Object.fromEntries(cells.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
  }

  #answered(event: Event): void {
    const answer = answerOf(event);
    const cell = answer && (answer.cell ?? this.#homes.get(answer.tenant ?? '') ?? null);
    const slot = cell === null ? null : this.#slot(cell, event.t);
    if (!answer || !slot) return;
    slot[answer.outcome]++;
    if (answer.outcome === 'ok') slot.latency.record(answer.latencyMs);
    if (answer.error && answer.tenant !== null) slot.hit.add(answer.tenant);
  }

  #accepted(event: Event): void {
    const cell = cellOf(event.part);
    const job = String(event['job']);
    if (cell === null || this.#jobs.has(job)) return;
    this.#jobs.set(job, cell);
    this.#count(cell, event.t, 1);
  }

  #ended(event: Event): void {
    const job = String(event['job']);
    const cell = this.#jobs.get(job);
    if (cell === undefined) return;
    this.#jobs.delete(job);
    this.#count(cell, event.t, -1);
  }

  #count(cell: string, t: number, change: 1 | -1): void {
    const slot = this.#slot(cell, t);
    if (slot) slot.opened += change;
    else this.#openBefore.set(cell, (this.#openBefore.get(cell) ?? 0) + change);
  }

  #slot(cell: string, t: number): Slot | null {
    if (this.#startT === null || t < this.#startT) return null;
    const index = Math.floor((t - this.#startT) / 1000 / everyMs);
    if (index >= slotsMax) return null;
    let slots = this.#cells.get(cell);
    if (!slots) this.#cells.set(cell, (slots = []));
    return (slots[index] ??= { ok: 0, refused: 0, unknown: 0, latency: new Histogram(), hit: new Set(), opened: 0 });
  }

  #series(cell: string, known: readonly (Slot | undefined)[], slots: number): RunSeries {
    const each = <Value>(read: (slot: Slot | undefined) => Value) =>
      Array.from({ length: slots }, (_, index) => read(known[index]));
    let open = this.#openBefore.get(cell) ?? 0;
    return {
      ok: each((slot) => slot?.ok ?? 0),
      refused: each((slot) => slot?.refused ?? 0),
      unknown: each((slot) => slot?.unknown ?? 0),
      latencyMsP50: each((slot) => rounded(slot?.latency.percentile(0.5) ?? null)),
      latencyMsP99: each((slot) => rounded(slot?.latency.percentile(0.99) ?? null)),
      jobsOpen: each((slot) => (open += slot?.opened ?? 0)),
      tenantsHit: each((slot) => slot?.hit.size ?? 0),
    };
  }
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toFixed(2));
}
