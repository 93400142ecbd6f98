import type { Event } from '../../cells/runtime/events.ts';
import type { TenantEntry } from '../../router/cell-map.ts';
import { answerOf, isOrdered } from '../events/answer.ts';
import { BlastRadiusLedger } from '../ledger/blast-radius.ts';
import { cellOf, type Affected } from '../ledger/dependency.ts';
import { isXl, kindOf } from '../world/address.ts';
import type { BlastRadius as Entry } from '../state/status.ts';
import type { InvariantVerdict, JudgedWorld, OtherRuns, RunFacts, RunTimes } from './contract.ts';
import { compareCourses } from './counterfactual.ts';
import type { Errors } from './errors.ts';
import { counted, Findings } from './findings.ts';
import type { Standing } from './standing.ts';
import type { Checker } from './witness.ts';

/** Nobody outside the predicted set is hit while a fault is open, by the live world's own ledger fed from the record. */
export class BlastRadius implements Checker {
  readonly id = 'blast-radius';
  readonly survivesGaps = false;
  readonly #ledger: BlastRadiusLedger;
  readonly #standing: Standing;
  readonly #errors: Errors;
  readonly #tenants: Record<string, TenantEntry>;
  readonly #world: JudgedWorld;
  /** That ought to run. */
  #parts: JudgedWorld['parts'];
  readonly #found = new Findings(this.id);
  readonly #entries: Entry[] = [];
  /** What a router held waits with it, whoever's it is: then nobody goes on exactly as without the fault. */
  #hurtsRouters = false;
  /** Cells in which something was affected. */
  readonly #cells = new Set<string>();
  /** Faults that were asked for and have not been seen to take. */
  readonly #asked = new Map<string, Event>();
  /** While an entry was open, in monotonic microseconds. */
  readonly #spans: { readonly fromT: number; toT: number }[] = [];
  /** The newest entry has not been read since it opened. */
  #unread = false;

  constructor(world: JudgedWorld, standing: Standing, errors: Errors) {
    this.#world = world;
    this.#standing = standing;
    this.#errors = errors;
    this.#tenants = { ...world.map.tenants };
    this.#parts = world.parts;
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
    if (answer === null || answer.tenant === null) return;
    this.#ledger.record(answer);
    if (answer.error && !isOrdered(answer)) this.#errors.add(answer.tenant, answer.sentMs * 1000, event);
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
      case 'part.removed':
        this.#scaled(String(event['address']), event.kind === 'part.started');
        this.#closeIfHealthy(event);
        break;
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

  /** `other`: the same seed's run without the faults, where there is one. */
  end(_times: RunTimes, { counterfactual }: OtherRuns = {}): InvariantVerdict {
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
    const compared = counterfactual ? `, ${this.#compare(counterfactual)} compared with a run without faults` : '';
    const over = counted(Object.keys(this.#tenants).length, 'tenant');
    return this.#found.verdict(
      `${counted(this.#entries.length, 'ledger entry', 'ledger entries')} over ${over}${compared}`,
    );
  }

  #compare({ courses, without }: NonNullable<OtherRuns['counterfactual']>): string {
    const predicted = this.predicted;
    const excused = new Set(this.#entries.flatMap(({ inFlight }) => inFlight ?? []));
    const lives = (tenant: string) => this.#tenants[tenant]?.cell ?? '';
    const isUnaffected = (tenant: string) =>
      !this.#hurtsRouters && !predicted.has(tenant) && !excused.has(tenant) && !this.#cells.has(lives(tenant));
    const { tenants, operations, differences } = compareCourses(courses, without, isUnaffected);
    for (const { tenant, nth, without: there, with: here, events } of differences) {
      this.#found.add({
        ...{
          request: (events.at(-1)?.['request'] as string | undefined) ?? null,
          tenant,
          cell: lives(tenant),
          epoch: null,
        },
        expected: `operation ${nth} of ${tenant}, whom no fault could affect, as without the faults: ${there ?? 'none'}`,
        seen: here ?? 'none',
        events,
      });
    }
    return `${counted(operations, 'operation')} of ${counted(tenants, 'tenant')}`;
  }

  /** Call after `end`. */
  errors(): RunFacts['errors'] {
    const predicted = this.predicted;
    const wasOpen = (t: number) => this.#spans.some(({ fromT, toT }) => t >= fromT && t <= toT);
    return {
      all: this.#errors.countAfter(0),
      inside: this.#errors.countAfter(0, (tenant, t) => predicted.has(tenant) && wasOpen(t)),
      outside: this.#errors.countAfter(0, (tenant, t) => !predicted.has(tenant) && wasOpen(t)),
    };
  }

  #took(event: Event): void {
    const id = String(event['fault']);
    const since = typeof event['since'] === 'number' ? event.at - event['since'] : 0;
    if (!this.#ledger.open) {
      this.#readEntry();
      this.#spans.push({ fromT: event.t - since * 1000, toT: Infinity });
    }
    this.#asked.set(id, event);
    const affected = (event['affected'] as readonly Affected[] | undefined) ?? [];
    for (const { address } of affected) {
      this.#cells.add(cellOf(address) ?? '');
      if (address.startsWith('router/')) this.#hurtsRouters = true;
    }
    this.#ledger.took({
      id,
      target: String(event['target']),
      affected,
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
      // An XL worker comes and goes with its work.
      if (!address.includes('->') && !isXl(address) && this.#standing.isDown(address)) return;
      const cell = cellOf(address);
      if (cell !== null) cells.add(cell);
    }
    for (const cell of cells) if (!this.#standing.isServing(cell)) return;
    if (this.#ledger.targetsHealthy(event.t / 1000, event.at)) this.#spans.at(-1)!.toT = event.t;
  }

  #moved(event: Event): void {
    const tenant = String(event['tenant']);
    const cell = String(event['to'] ?? event['cell']);
    this.#tenants[tenant] = { cell, epoch: Number(event['epoch']), override: null };
    this.#ledger.setEstate(this.#estate());
  }

  /** A service has a task more or less from now on. XL workers come and go, and nobody's requests depend on them. */
  #scaled(address: string, more: boolean): void {
    if (isXl(address) || more === this.#parts.some((part) => part.address === address)) return;
    const others = this.#parts.filter((part) => part.address !== address);
    this.#parts = more ? [...others, { address, kind: kindOf(address), cell: cellOf(address) }] : others;
    this.#ledger.setEstate(this.#estate());
  }

  #estate() {
    return {
      map: { version: this.#world.map.version, tenants: this.#tenants },
      parts: this.#parts,
      onLoss: this.#world.onLoss,
    };
  }
}
