import type { Event } from '../../cells/runtime/events.ts';
import { cellOf } from '../ledger/dependency.ts';

/** Something that a search must have seen happen somewhere, or it has searched in the wrong place. */
export interface Goal {
  readonly id: string;
  /** Whether this event is it. */
  readonly met: (event: Event) => boolean;
}

const kind = (id: string, of: string, also: (event: Event) => boolean = () => true): Goal => ({
  id,
  met: (event) => event.kind === of && also(event),
});
const status = (id: string, code: number): Goal => kind(id, 'request.answered', (event) => event['status'] === code);
const fromClient = (event: Event) => event.part === 'traffic';
const moveSteps = ['quiesced', 'drained', 'fenced', 'copied', 'verified', 'flipped', 'resumed', 'cleaned'] as const;

/** Goals that one event alone can meet. */
const single: readonly Goal[] = [
  kind('aurora failed over', 'aurora.role', (event) => event['role'] === 'writer' && Number(event['generation']) > 1),
  kind('a fenced writer stepped down', 'aurora.fenced'),
  kind('a cell was found down', 'cell.state', (event) => event['health'] === 'down'),
  kind('a cell was found degraded', 'cell.state', (event) => event['health'] === 'degraded'),
  kind('a map was refused', 'map.refused'),
  kind('a queue was refilled', 'queue.refilled'),
  kind('a job was redelivered', 'job.redelivered'),
  kind('a job was dead-lettered', 'job.dead'),
  kind('a job was promoted to XL', 'job.promoted'),
  kind('a part was replaced', 'part.replaced'),
  kind('a request was resent after a stale route', 'request.answered', (event) => event['resent'] === true),
  status('a fence refused a stale route', 421),
  status('a request was refused without effect', 503),
  status('an outcome was unknown: broken', 502),
  status('an outcome was unknown: no answer in time', 504),
  status('a key was still running', 409),
  kind('a policy was changed', 'policy.changed'),
  ...moveSteps.map((step) => kind(`a move was ${step}`, `move.${step}`)),
];

/** Goals that need what came before. */
const joined = [
  'a write in doubt was retried and answered',
  'a write was answered by a later attempt',
  'a move went on after control died',
  'a tenant moved twice',
  'a tenant wrote in two cells',
  'a job was done by a second receive',
  'two faults were open at once',
  'everything was open again after a fault',
] as const;

export const goals: readonly string[] = [...single.map(({ id }) => id), ...joined];

type Joined = (typeof joined)[number];

/** Which goals one run met: fed with its events in order. */
export class Coverage {
  readonly #met = new Set<string>();
  #left: Goal[] = [...single];
  readonly #inDoubt = new Set<string>();
  readonly #redelivered = new Set<string>();
  readonly #homes = new Map<string, string | null>();
  readonly #moving = new Set<string>();
  readonly #moved = new Map<string, number>();
  readonly #open = new Set<string>();
  #controlDied = false;

  take(event: Event): void {
    const met = this.#left.filter((goal) => goal.met(event));
    if (met.length > 0) {
      for (const { id } of met) this.#met.add(id);
      this.#left = this.#left.filter((goal) => !met.includes(goal));
    }
    this.#join(event);
  }

  met(): readonly string[] {
    return goals.filter((id) => this.#met.has(id));
  }

  #meet(id: Joined): void {
    this.#met.add(id);
  }

  #join(event: Event): void {
    if (event.kind === 'request.answered') return this.#answered(event);
    if (event.kind.startsWith('move.')) return this.#move(event);
    if (event.kind.startsWith('fault.')) return this.#fault(event);
    const job = String(event['job']);
    if (event.kind === 'job.redelivered') this.#redelivered.add(job);
    else if (event.kind === 'job.done' && this.#redelivered.has(job)) this.#meet('a job was done by a second receive');
    else if (event.kind === 'write.committed') this.#wrote(String(event['tenant']), cellOf(event.part));
    else if (event.kind === 'part.died' && event['address'] === 'control') this.#controlDied = this.#moving.size > 0;
  }

  #answered(event: Event): void {
    if (!fromClient(event) || event['op'] !== 'write') return;
    const request = String(event['request']);
    if (event['outcome'] === 'unknown') this.#inDoubt.add(request);
    else if (event['outcome'] === 'ok' && Number(event['attempt']) > 1) {
      this.#meet('a write was answered by a later attempt');
      if (this.#inDoubt.has(request)) this.#meet('a write in doubt was retried and answered');
    }
  }

  #wrote(tenant: string, cell: string | null): void {
    const home = this.#homes.get(tenant);
    if (home !== undefined && home !== cell) this.#meet('a tenant wrote in two cells');
    this.#homes.set(tenant, cell);
  }

  #move(event: Event): void {
    const tenant = String(event['tenant']);
    if (this.#controlDied && this.#moving.has(tenant)) this.#meet('a move went on after control died');
    if (event.kind === 'move.cleaned') this.#moving.delete(tenant);
    else this.#moving.add(tenant);
    if (event.kind !== 'move.flipped') return;
    const times = (this.#moved.get(tenant) ?? 0) + 1;
    this.#moved.set(tenant, times);
    if (times > 1) this.#meet('a tenant moved twice');
  }

  #fault(event: Event): void {
    const fault = String(event['fault']);
    if (event.kind === 'fault.injected') this.#open.add(fault);
    if (this.#open.size > 1) this.#meet('two faults were open at once');
    if (event.kind !== 'fault.gone') return;
    this.#open.delete(fault);
    if (this.#open.size === 0) this.#meet('everything was open again after a fault');
  }
}
