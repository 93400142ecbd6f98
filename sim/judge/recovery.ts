import type { Event } from '../../cells/runtime/events.ts';
import { isXl } from '../world/address.ts';
import type { InvariantVerdict, JudgedWorld, RunTimes } from './contract.ts';
import type { Errors } from './errors.ts';
import { counted, Findings } from './findings.ts';
import { Replacements } from './replacements.ts';
import type { Standing } from './standing.ts';
import type { Checker, Op } from './witness.ts';

/** With which a tenant waits for its move no more. */
const moveEnds: ReadonlySet<string> = new Set(['move.resumed', 'move.cleaned', 'move.rolled-back']);
const moveSteps: ReadonlySet<string> = new Set([
  ...['move.begun', 'move.quiesced', 'move.drained', 'move.fenced', 'move.copied', 'move.verified', 'move.flipped'],
]);

/** Everything recovers in bounded time after the last fault is gone: parts run, cells serve, nothing fails, nobody is refused, every move ends. And what nobody holds down is replaced. */
export class Recovery implements Checker {
  readonly id = 'recovery';
  readonly survivesGaps = false;
  readonly #planned: ReadonlySet<string>;
  readonly #standing: Standing;
  readonly #errors: Errors;
  readonly #found = new Findings(this.id);
  readonly #replacements: Replacements;
  readonly #moves = new Map<string, Event>();
  readonly #ending = new Map<string, number>();
  /** When the last fault began to end. */
  #lastEndT: number | null = null;
  /** When a part or a cell came back last. */
  #lastBackT = 0;
  #answers = 0;
  /** Tenants to whom the newest answer of the final read back was a refusal that is no error: a stale route, an unknown tenant. */
  readonly #refused = new Map<string, Event>();

  constructor({ parts, replaceAfterMs }: JudgedWorld, standing: Standing, errors: Errors) {
    this.#replacements = new Replacements(replaceAfterMs ?? Infinity);
    this.#planned = new Set(parts.map(({ address }) => address));
    this.#standing = standing;
    this.#errors = errors;
  }

  seen(): void {
    this.#answers++;
  }

  ended(op: Op): void {
    if (!op.final || op.answer === null) return;
    if (op.outcome === 'refused' && op.answer['error'] !== true) this.#refused.set(op.tenant, op.answer);
    else this.#refused.delete(op.tenant);
  }

  happened(event: Event): void {
    this.#replacements.happened(event);
    if (event.kind === 'fault.healed') this.#ending.set(String(event['fault']), event.t);
    else if (event.kind === 'fault.gone') this.#lastEndT = this.#ending.get(String(event['fault'])) ?? event.t;
    else if (event.kind === 'cell.state') this.#lastBackT = event.t;
    // An XL worker comes and goes with its work.
    else if (event.kind === 'part.replaced' && !isXl(String(event['address']))) this.#lastBackT = event.t;
    else if (moveSteps.has(event.kind)) this.#moves.set(String(event['tenant']), event);
    else if (moveEnds.has(event.kind)) this.#moves.delete(String(event['tenant']));
  }

  /** From the last fault's end to the last trouble, in milliseconds; null where it has not recovered. */
  get recoveredAfterMs(): number | null {
    if (this.#open().length > 0) return null;
    if (this.#lastEndT === null) return 0;
    const lastT = Math.max(this.#lastBackT, this.#errors.lastT);
    return Math.max(0, Math.round((lastT - this.#lastEndT) / 1000));
  }

  end({ healedT, endT, recoverWithinMs }: RunTimes): InvariantVerdict {
    const limitT = healedT + recoverWithinMs * 1000;
    const within = `${recoverWithinMs / 1000} s after the last heal`;
    const open = this.#open();
    const lateErrors = this.#errors.countAfter(limitT);
    if (endT < limitT && open.length > 0) {
      this.#found.doubt(`the record ends sooner than ${within}, and not all has recovered`);
    } else {
      for (const { what, event } of open) this.#late(`everything to be as before ${within} at the latest`, what, event);
    }
    if (lateErrors > 0) {
      const seen = `${counted(lateErrors, 'request')} failed`;
      this.#late(`no request to fail later than ${within}`, seen, this.#errors.firstAfter(limitT));
    }
    for (const { address, missingMs, event } of this.#replacements.neverReplaced)
      this.#late(`${address} to be replaced by its service`, `it was missing for ${missingMs / 1000} s`, event);
    for (const [tenant, event] of this.#refused) {
      if (event.t > limitT)
        this.#late(`${tenant} to be served ${within} at the latest`, `it is answered ${event['status']}`, event);
    }
    return this.#found.verdict(counted(this.#answers, 'answer'));
  }

  #open(): { readonly what: string; readonly event: Event }[] {
    const down = this.#standing.downParts().filter((event) => {
      const address = String(event['address']);
      return this.#planned.has(address) && !isXl(address);
    });
    const notServing = [...this.#standing.words()].filter(({ health }) => health !== 'serving');
    return [
      ...down.map((event) => ({ what: `${String(event['address'])} is down`, event })),
      ...notServing.map(({ cell, health, event }) => ({ what: `${event.part} finds ${cell} ${health}`, event })),
      ...[...this.#moves].map(([tenant, event]) => ({ what: `the move of ${tenant} stands at ${event.kind}`, event })),
    ];
  }

  #late(expected: string, seen: string, event: Event | null): void {
    this.#found.add({
      request: (event?.['request'] as string | undefined) ?? null,
      tenant: (event?.['tenant'] as string | undefined) ?? null,
      cell: (event?.['cell'] as string | undefined) ?? null,
      epoch: null,
      expected,
      seen,
      events: [event],
    });
  }
}
