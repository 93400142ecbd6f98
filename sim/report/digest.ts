import type { Event } from '../../cells/runtime/events.ts';
import { answerOf, isOrdered } from '../events/answer.ts';
import { lateAfterMs } from '../events/windows.ts';
import type { RunPlan } from '../runs/contract.ts';

/** A fault or a death seen from outside, on the scenario's clock in milliseconds. Null: it was not recorded. */
export interface FaultSpan {
  readonly id: string;
  readonly what: string;
  readonly target: string;
  readonly by: string;
  readonly injectedMs: number;
  readonly seenMs: number | null;
  readonly healedMs: number | null;
  readonly goneMs: number | null;
  /** What the probe saw when it took. */
  readonly seen: string | null;
}

/** A stretch in which at least one router held a cell for down. `toMs` null: until the record ends. */
export interface DownSpan {
  readonly cell: string;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/** What the routers' records say of one tenant, over the whole run. */
export interface TenantTally {
  readonly tenant: string;
  /** Where it lived as the run began. */
  readonly cell: string;
  readonly answered: number;
  readonly refused: number;
  readonly unknown: number;
  /** Any 5xx, 429 or unknown. */
  readonly errors: number;
  readonly late: number;
  readonly firstErrorMs: number | null;
  /** Somebody had the router refuse it alone. */
  readonly quarantined: boolean;
}

/** Something else that happened, worth a line: a death, a replacement, a changed policy. */
export interface Mark {
  readonly atMs: number;
  readonly text: string;
}

export interface Digest {
  readonly faults: readonly FaultSpan[];
  readonly down: readonly DownSpan[];
  readonly tenants: readonly TenantTally[];
  readonly marks: readonly Mark[];
  /** Marks that were left out, because there are so many. */
  readonly marksLeftOut: number;
}

const marksMax = 400;
/** What happens to several parts within so long is one line. */
const togetherMs = 2000;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Fed with every event of a run in its order, then asked once for what they come to. Bounded by tenants and faults, not by events. */
export class DigestMaker {
  readonly #startT: number;
  readonly #endT: number;
  readonly #faults = new Map<string, Writable<FaultSpan>>();
  readonly #downBy = new Map<string, Set<string>>();
  readonly #down: Writable<DownSpan>[] = [];
  readonly #tenants = new Map<string, Writable<TenantTally>>();
  readonly #marks: { readonly atMs: number; readonly words: string; readonly addresses: string[] }[] = [];
  #marksLeftOut = 0;

  constructor({ judged }: Pick<RunPlan, 'judged'>) {
    this.#startT = judged.startT;
    this.#endT = judged.endT;
    for (const [tenant, { cell }] of Object.entries(judged.map.tenants)) this.#tally(tenant, cell);
  }

  take(event: Event): void {
    if (event.t > this.#endT) return;
    if (event.kind === 'request.answered') return this.#answer(event);
    this.#fault(event);
    if (event.kind === 'cell.state') this.#cellState(event);
    else if (event.t >= this.#startT) this.#mark(event);
  }

  end(): Digest {
    return {
      faults: [...this.#faults.values()],
      down: this.#down
        .filter(({ toMs }) => toMs === null || toMs > 0)
        .map((down) => ({ ...down, fromMs: Math.max(0, down.fromMs) })),
      tenants: [...this.#tenants.values()],
      marks: this.#marks.map(({ atMs, words, addresses }) => ({ atMs, text: `${listOf(addresses)}${words}` })),
      marksLeftOut: this.#marksLeftOut,
    };
  }

  #ms(event: Event): number {
    return (event.t - this.#startT) / 1000;
  }

  #answer(event: Event): void {
    const answer = answerOf(event);
    if (!answer || answer.tenant === null || event.t < this.#startT) return;
    const tally = this.#tally(answer.tenant, answer.cell ?? '?');
    if (isOrdered(answer)) {
      tally.quarantined = true;
      return;
    }
    tally.answered += 1;
    if (answer.outcome === 'refused') tally.refused += 1;
    if (answer.outcome === 'unknown') tally.unknown += 1;
    if (answer.outcome === 'ok' && answer.latencyMs > lateAfterMs) tally.late += 1;
    if (!answer.error) return;
    tally.errors += 1;
    tally.firstErrorMs ??= this.#ms(event);
  }

  #tally(tenant: string, cell: string): Writable<TenantTally> {
    let tally = this.#tenants.get(tenant);
    if (!tally) {
      const nothing = { answered: 0, refused: 0, unknown: 0, errors: 0, late: 0, firstErrorMs: null };
      this.#tenants.set(tenant, (tally = { tenant, cell, ...nothing, quarantined: false }));
    }
    return tally;
  }

  #fault(event: Event): void {
    const id = event['fault'];
    if (typeof id !== 'string' || !event.kind.startsWith('fault.')) return;
    const atMs = this.#ms(event);
    const known = this.#faults.get(id);
    const span = known ?? {
      id,
      what: text(event, 'what'),
      target: text(event, 'target'),
      by: text(event, 'by'),
      injectedMs: atMs,
      seenMs: null,
      healedMs: null,
      goneMs: null,
      seen: null,
    };
    if (!known && event.kind !== 'fault.injected' && event.kind !== 'fault.seen') return;
    this.#faults.set(id, span);
    if (event.kind === 'fault.seen') {
      span.seenMs ??= atMs;
      span.seen ??= typeof event['seen'] === 'string' ? event['seen'] : null;
    }
    if (event.kind === 'fault.healed') span.healedMs ??= atMs;
    if (event.kind === 'fault.gone') span.goneMs ??= atMs;
  }

  /** A cell is shown as down from the first router that finds it so until the last one that did finds it serving. */
  #cellState(event: Event): void {
    const cell = text(event, 'cell');
    const routers = this.#downBy.get(cell) ?? new Set();
    this.#downBy.set(cell, routers);
    const wasDown = routers.size > 0;
    if (event['health'] === 'down') routers.add(event.part);
    else routers.delete(event.part);
    const isDown = routers.size > 0;
    if (isDown && !wasDown) this.#down.push({ cell, fromMs: this.#ms(event), toMs: null });
    const open = this.#down.findLast((span) => span.cell === cell && span.toMs === null);
    if (wasDown && !isDown && open) open.toMs = this.#ms(event);
  }

  #mark(event: Event): void {
    const words = markWords(event);
    const atMs = this.#ms(event);
    if (words === null) return;
    const last = this.#marks.at(-1);
    const address = event.kind.startsWith('part.') ? text(event, 'address') : null;
    if (address !== null && last?.words === words && atMs - last.atMs < togetherMs) last.addresses.push(address);
    else if (this.#marks.length < marksMax)
      this.#marks.push({ atMs, words, addresses: address === null ? [] : [address] });
    else this.#marksLeftOut += 1;
  }
}

/** `b/web/1`, `9 parts (a/web/1, b/web/1, …)`. */
function listOf(addresses: readonly string[]): string {
  if (addresses.length <= 1) return addresses.join('');
  return `${addresses.length} parts (${addresses.slice(0, 10).join(', ')}${addresses.length > 10 ? ', …' : ''})`;
}

/** After the addresses, where it is about parts. */
function markWords(event: Event): string | null {
  switch (event.kind) {
    case 'part.died':
      return event['by'] === 'outside' ? ' died, by nobody of ours' : ' died';
    case 'part.replaced':
      return ' replaced';
    case 'aurora.role':
      return event['role'] === 'writer' ? `${event.part} is the writer, generation ${text(event, 'generation')}` : null;
    case 'map.refused':
      return `${event.part} refused a map: ${text(event, 'reason')}`;
    case 'policy.changed':
      return `policy ${text(event, 'name')} is ${text(event, 'value')}`;
    case 'machine.slept':
      return 'the machine slept: what was under way then is not counted';
    case 'move.flipped':
      return `the map says that ${text(event, 'tenant')} has moved${event['to'] === undefined ? '' : ` to ${text(event, 'to')}`}`;
    default:
      return null;
  }
}

function text(event: Event, key: string): string {
  const value = event[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}
