import type { Event } from '../../cells/runtime/events.ts';
import { answerOf, isQuarantine } from '../events/answer.ts';
import { isXl } from '../world/address.ts';
import type { InvariantVerdict, JudgedRun } from './contract.ts';
import { counted, Findings } from './findings.ts';
import type { Standing } from './standing.ts';
import type { Checker } from './witness.ts';

const moveSteps: ReadonlySet<string> = new Set([
  'move.quiesced',
  'move.drained',
  'move.fenced',
  'move.copied',
  'move.verified',
  'move.flipped',
]);

/** After the last fault is gone everything recovers in bounded time: parts run, cells serve, nothing fails, every move ends. */
export class Recovery implements Checker {
  readonly id = 'recovery';
  readonly survivesGaps = false;
  readonly #run: JudgedRun;
  readonly #standing: Standing;
  readonly #found = new Findings(this.id);
  readonly #limitT: number;
  readonly #moves = new Map<string, Event>();
  #lastGoneT: number | null = null;
  /** The last error that somebody was answered with, or the last return of a part or a cell. */
  #lastTroubleT = 0;
  #lateErrors = 0;
  #firstLate: Event | null = null;
  #answers = 0;

  constructor(run: JudgedRun, standing: Standing) {
    this.#run = run;
    this.#standing = standing;
    this.#limitT = run.healedT + run.recoverWithinMs * 1000;
  }

  seen(event: Event): void {
    const answer = answerOf(event);
    if (answer === null) return;
    this.#answers++;
    if (!answer.error || isQuarantine(answer)) return;
    this.#lastTroubleT = Math.max(this.#lastTroubleT, event.t);
    if (answer.sentMs * 1000 <= this.#limitT) return;
    this.#lateErrors++;
    this.#firstLate ??= event;
  }

  happened(event: Event): void {
    if (event.kind === 'fault.gone') this.#lastGoneT = event.t;
    else if (event.kind === 'part.replaced' || event.kind === 'cell.state') this.#lastTroubleT = event.t;
    else if (moveSteps.has(event.kind)) this.#moves.set(String(event['tenant']), event);
    else if (event.kind.startsWith('move.')) this.#moves.delete(String(event['tenant']));
  }

  /** From the last fault's end to the last trouble, in milliseconds; null where there was no fault, or it has not recovered. */
  get recoveredAfterMs(): number | null {
    if (this.#lastGoneT === null || this.#open().length > 0) return null;
    return Math.max(0, Math.round((this.#lastTroubleT - this.#lastGoneT) / 1000));
  }

  end(): InvariantVerdict {
    const within = `${this.#run.recoverWithinMs / 1000} s after the last heal`;
    const open = this.#open();
    if (this.#run.endT < this.#limitT && (open.length > 0 || this.#lateErrors > 0)) {
      this.#found.doubt(`the record ends sooner than ${within}, and not all has recovered`);
    } else {
      for (const { what, event } of open) this.#late(`everything to be as before ${within} at the latest`, what, event);
      if (this.#firstLate) {
        const errors = counted(this.#lateErrors, 'request');
        this.#late(`no request to fail later than ${within}`, `${errors} failed`, this.#firstLate);
      }
    }
    return this.#found.verdict(counted(this.#answers, 'answer'));
  }

  #open(): { readonly what: string; readonly event: Event }[] {
    const planned = new Set(this.#run.parts.map(({ address }) => address));
    const down = this.#standing.downParts().filter((event) => {
      const address = String(event['address']);
      return planned.has(address) && !isXl(address);
    });
    const notServing = [...this.#standing.words()].filter(({ health }) => health !== 'serving');
    return [
      ...down.map((event) => ({ what: `${String(event['address'])} is down`, event })),
      ...notServing.map(({ cell, health, event }) => ({ what: `${event.part} finds ${cell} ${health}`, event })),
      ...[...this.#moves].map(([tenant, event]) => ({ what: `the move of ${tenant} stands at ${event.kind}`, event })),
    ];
  }

  #late(expected: string, seen: string, event: Event): void {
    this.#found.add({
      request: (event['request'] as string | undefined) ?? null,
      tenant: (event['tenant'] as string | undefined) ?? null,
      cell: (event['cell'] as string | undefined) ?? null,
      epoch: null,
      expected,
      seen,
      events: [event],
    });
  }
}
