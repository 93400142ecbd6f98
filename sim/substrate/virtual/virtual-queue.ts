import type { OutboxRow } from '../../../cells/aurora/contract.ts';
import { keepEnded, type DeadLetter, type Delivery } from '../../../cells/sqs/bullmq.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { Handler, Peer } from '../../../cells/protocol/server.ts';
import type { Time } from '../../../cells/runtime/time.ts';

type QueueName = 'standard' | 'xl';

interface Entry {
  readonly id: string;
  readonly delivery: Delivery;
  receives: number;
  /** While it is worked on: until when it stays invisible, and whose it is. */
  lockedUntilMs: number;
  token: string | null;
  /** Found without a lock once already: the second time it goes back. */
  stalled: boolean;
}

interface OneQueue {
  readonly entries: Map<string, Entry>;
  wait: string[];
  readonly active: Set<string>;
  /** After a failure an entry waits for a moment. */
  readonly delayed: Map<string, number>;
  ended: string[];
}

/** What an engine keeps, on a real Redis across its own death. */
export class QueueState {
  queues: Record<QueueName, OneQueue> = { standard: emptyQueue(), xl: emptyQueue() };
  deadLetters = new Map<string, DeadLetter>();
  incarnation: string | null = null;
  leader: { task: string; untilMs: number } | null = null;

  clear(): void {
    this.queues = { standard: emptyQueue(), xl: emptyQueue() };
    this.deadLetters = new Map();
    this.incarnation = null;
    this.leader = null;
  }
}

function emptyQueue(): OneQueue {
  return { entries: new Map(), wait: [], active: new Set(), delayed: new Map(), ended: [] };
}

const retryDelayMs = 500;

export interface Taken {
  readonly id: string;
  readonly delivery: Delivery;
  readonly receives: number;
  readonly token: string;
  readonly waitedSinceMs: number;
}

/** The queue engine of a cell in virtual time: delivers at least once, keeps a received entry invisible while its lock lasts. */
export class VirtualQueue {
  readonly #state: QueueState;
  readonly #time: Time;
  readonly #embedded: boolean;
  #tokens = 0;
  #peers = new Set<Peer>();

  constructor(state: QueueState, time: Time, embedded: boolean) {
    this.#state = state;
    this.#time = time;
    this.#embedded = embedded;
  }

  /** What it answers, over one connection as a client of a real engine would ask. */
  handlers(): Readonly<Record<string, Handler>> {
    return {
      lead: ({ task, forMs }: { task: string; forMs: number }) => this.lead(task, forMs),
      isKnown: () => this.#state.incarnation !== null,
      markKnown: ({ incarnation }: { incarnation: string }) => {
        this.#state.incarnation ??= incarnation;
      },
      deliver: ({ rows, dispatch }: { rows: readonly OutboxRow[]; dispatch: 'fifo' | 'lifo' }) =>
        this.deliver(rows, dispatch),
      held: () => this.held(),
      addDeadLetters: ({ letters }: { letters: readonly DeadLetter[] }) => {
        for (const letter of letters)
          if (!this.#state.deadLetters.has(letter.job)) this.#state.deadLetters.set(letter.job, letter);
      },
      deadLetters: ({ limit }: { limit: number }) => [...this.#state.deadLetters.keys()].slice(0, limit),
      removeDeadLetters: ({ ids }: { ids: readonly string[] }) => {
        for (const id of ids) this.#state.deadLetters.delete(id);
      },
      follow: (_args: unknown, peer: Peer) => {
        this.#peers.add(peer);
        peer.onClose(() => this.#peers.delete(peer));
        return null;
      },
      take: ({ queue, lockMs }: { queue: QueueName; lockMs: number }) => this.take(queue, lockMs),
      extend: ({ queue, id, token, lockMs }: { queue: QueueName; id: string; token: string; lockMs: number }) =>
        this.extend(queue, id, token, lockMs),
      finish: ({ queue, id, token }: { queue: QueueName; id: string; token: string }) => this.finish(queue, id, token),
      fail: ({ queue, id, token }: { queue: QueueName; id: string; token: string }) => this.fail(queue, id, token),
      stalled: ({ queue }: { queue: QueueName }) => this.checkStalled(queue),
      counts: () => this.counts(),
    };
  }

  lead(task: string, forMs: number): boolean {
    const nowMs = this.#time.monotonicMs();
    const { leader } = this.#state;
    if (leader && leader.task !== task && nowMs < leader.untilMs) return false;
    this.#state.leader = { task, untilMs: nowMs + forMs };
    return true;
  }

  /** An id that is still known is not added twice. */
  deliver(rows: readonly OutboxRow[], dispatch: 'fifo' | 'lifo'): void {
    for (const { id, job } of rows) {
      const queue = this.#state.queues[job.queue];
      if (queue.entries.has(id)) continue;
      const delivery: Delivery = { job, outbox: id };
      queue.entries.set(id, { id, delivery, receives: 0, lockedUntilMs: 0, token: null, stalled: false });
      if (dispatch === 'lifo') queue.wait.unshift(id);
      else queue.wait.push(id);
    }
    this.#tell();
  }

  held(): readonly string[] {
    return (['standard', 'xl'] as const).flatMap((name) => {
      const { wait, active, delayed } = this.#state.queues[name];
      return [...wait, ...active, ...delayed.keys()];
    });
  }

  take(name: QueueName, lockMs: number): Taken | null {
    const queue = this.#state.queues[name];
    this.#wakeDelayed(queue);
    const id = queue.wait.shift();
    const entry = id === undefined ? undefined : queue.entries.get(id);
    if (!entry) return null;
    entry.receives++;
    entry.token = `k${++this.#tokens}`;
    entry.lockedUntilMs = this.#time.monotonicMs() + lockMs;
    entry.stalled = false;
    queue.active.add(entry.id);
    const { delivery, receives, token } = entry;
    return { id: entry.id, delivery, receives, token, waitedSinceMs: delivery.job.acceptedAtMs };
  }

  /** False where the lock is lost. */
  extend(name: QueueName, id: string, token: string, lockMs: number): boolean {
    const entry = this.#state.queues[name].entries.get(id);
    if (!entry || entry.token !== token) return false;
    entry.lockedUntilMs = this.#time.monotonicMs() + lockMs;
    return true;
  }

  finish(name: QueueName, id: string, token: string): boolean {
    const queue = this.#state.queues[name];
    const entry = queue.entries.get(id);
    if (!entry || entry.token !== token) throw new RpcError('lock-lost', `${id} is somebody else's by now`);
    queue.active.delete(id);
    entry.token = null;
    queue.ended.push(id);
    // The newest ended ones are kept, so that a delivery of the same id is known.
    for (const old of queue.ended.splice(0, Math.max(0, queue.ended.length - keepEnded(this.#embedded).count)))
      queue.entries.delete(old);
    return true;
  }

  fail(name: QueueName, id: string, token: string): boolean {
    const queue = this.#state.queues[name];
    const entry = queue.entries.get(id);
    if (!entry || entry.token !== token) throw new RpcError('lock-lost', `${id} is somebody else's by now`);
    queue.active.delete(id);
    entry.token = null;
    queue.delayed.set(id, this.#time.monotonicMs() + retryDelayMs);
    this.#time.after(retryDelayMs, () => this.#tell());
    return true;
  }

  /** Whose lock ran out goes back at the second look. */
  checkStalled(name: QueueName): number {
    const queue = this.#state.queues[name];
    const nowMs = this.#time.monotonicMs();
    let returned = 0;
    for (const id of queue.active) {
      const entry = queue.entries.get(id);
      if (!entry || nowMs < entry.lockedUntilMs) continue;
      if (!entry.stalled) {
        entry.stalled = true;
        continue;
      }
      queue.active.delete(id);
      entry.token = null;
      entry.stalled = false;
      queue.wait.unshift(id);
      returned++;
    }
    this.#wakeDelayed(queue);
    if (returned > 0) this.#tell();
    return returned;
  }

  counts(): Record<QueueName | 'deadLetter', { waiting: number; inFlight: number; oldestAgeMs: number | null }> {
    const nowMs = this.#time.nowMs();
    const of = ({ entries, wait, active, delayed }: OneQueue) => {
      const waiting = [...wait, ...delayed.keys()];
      const times = waiting.map((id) => entries.get(id)?.delivery.job.acceptedAtMs ?? nowMs);
      const oldest = times.length === 0 ? null : nowMs - Math.min(...times);
      return { waiting: waiting.length, inFlight: active.size, oldestAgeMs: oldest };
    };
    const { queues, deadLetters } = this.#state;
    const dead = { waiting: deadLetters.size, inFlight: 0, oldestAgeMs: null };
    return { standard: of(queues.standard), xl: of(queues.xl), deadLetter: dead };
  }

  #wakeDelayed(queue: OneQueue): void {
    const nowMs = this.#time.monotonicMs();
    for (const [id, untilMs] of queue.delayed) {
      if (nowMs < untilMs) continue;
      queue.delayed.delete(id);
      queue.wait.push(id);
    }
  }

  /** Whoever waits for work looks again. */
  #tell(): void {
    for (const peer of this.#peers) peer.notify('work', null);
  }
}
