import type { JobRow, OutboxRow } from '../../../cells/aurora/contract.ts';
import type { RpcClient } from '../../../cells/protocol/rpc.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { Runtime } from '../../../cells/runtime/runtime.ts';
import { wait, type Timer } from '../../../cells/runtime/time.ts';
import type { CellPolicies } from '../../../cells/policies.ts';
import type { DeadLetter } from '../../../cells/sqs/bullmq.ts';
import type { QueueProducer } from '../../../cells/web/queue-producer.ts';
import type { JobConsumer, ConsumerNeeds } from '../../../cells/worker/job-consumer.ts';
import type { Taken } from './virtual-queue.ts';

const callMs = 2000;

/** The producers' side of a virtual engine. */
export class VirtualProducer implements QueueProducer {
  readonly #client: RpcClient;

  constructor(runtime: Runtime, connect: Endpoint, token: string, onReady: () => void) {
    this.#client = runtime.connect({ connect, token, reconnect: true, retryMsMax: 500, onConnect: onReady });
  }

  get ready(): boolean {
    return this.#client.connected;
  }

  lead(task: string, forMs: number): Promise<boolean> {
    return this.#call('lead', { task, forMs });
  }

  isKnown(): Promise<boolean> {
    return this.#call('isKnown', {});
  }

  async markKnown(incarnation: string): Promise<void> {
    await this.#call('markKnown', { incarnation });
  }

  async deliver(rows: readonly OutboxRow[], dispatch: 'fifo' | 'lifo'): Promise<void> {
    await this.#call('deliver', { rows, dispatch });
  }

  held(): Promise<readonly string[]> {
    return this.#call('held', {});
  }

  async addDeadLetters(jobs: readonly JobRow[]): Promise<void> {
    const letters = jobs.map((job): DeadLetter => {
      const reason = (job.result as { reason?: string } | null)?.reason ?? '';
      return { job: job.id, tenant: job.tenant, reason };
    });
    if (letters.length > 0) await this.#call('addDeadLetters', { letters });
  }

  deadLetters(limit: number): Promise<readonly string[]> {
    return this.#call('deadLetters', { limit });
  }

  async removeDeadLetters(ids: readonly string[]): Promise<void> {
    await this.#call('removeDeadLetters', { ids });
  }

  close(): void {
    this.#client.close();
  }

  #call<T>(method: string, args: unknown): Promise<T> {
    return this.#client.call<T>(method, args, callMs);
  }
}

/** The consumers' side: receives, keeps the lock while it works, looks after the locks of the dead. */
export class VirtualConsumer implements JobConsumer {
  readonly #runtime: Runtime;
  readonly #needs: ConsumerNeeds;
  readonly #client: RpcClient;
  #policies: CellPolicies;
  #working = 0;
  #asking = false;
  #stopped = false;
  #drained: () => void = () => {};
  readonly #timers: Timer[];

  constructor(runtime: Runtime, connect: Endpoint, token: string, needs: ConsumerNeeds) {
    this.#runtime = runtime;
    this.#needs = needs;
    this.#policies = needs.policies;
    this.#client = runtime.connect({
      connect,
      token,
      reconnect: true,
      retryMsMax: 500,
      onConnect: () => {
        this.#client.call('follow', {}, callMs).catch(() => {});
        this.#look();
      },
      onNotify: () => this.#look(),
    });
    const stalledMs = Math.max(10, Math.floor(needs.policies.visibilityMs / 4));
    this.#timers = [
      runtime.time.every(stalledMs, () => this.#checkStalled()),
      runtime.time.every(1000, () => this.#look()),
    ];
  }

  adopt(policies: CellPolicies): void {
    this.#policies = policies;
  }

  /** Waits for an engine that is gone, as a worker of a real one does. */
  async bury(letter: DeadLetter): Promise<void> {
    while (!this.#client.connected && !this.#stopped) await wait(this.#runtime.time, 50);
    await this.#client.call('addDeadLetters', { letters: [letter] }, callMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    if (this.#working > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    this.#client.close();
  }

  #checkStalled(): void {
    if (!this.#stopped && this.#client.connected)
      this.#client.call('stalled', { queue: this.#needs.queue }, callMs).catch(() => {});
  }

  /** Asks for one at a time, and for the next as soon as one was given. */
  #look(): void {
    if (this.#asking || this.#stopped || !this.#client.connected || this.#working >= this.#needs.concurrency) return;
    this.#asking = true;
    const { queue } = this.#needs;
    const { visibilityMs: lockMs } = this.#policies;
    void this.#client
      .call<Taken | null>('take', { queue, lockMs }, callMs)
      .catch(() => null)
      .then((taken) => {
        this.#asking = false;
        if (!taken) return;
        this.#working++;
        this.#look();
        void this.#work(taken, lockMs).finally(() => {
          this.#working--;
          if (this.#working === 0) this.#drained();
          this.#look();
        });
      });
  }

  async #work({ id, token, delivery, receives }: Taken, lockMs: number): Promise<void> {
    const { queue } = this.#needs;
    const { time } = this.#runtime;
    const renewal = this.#policies.heartbeat
      ? time.every(
          lockMs / 2,
          () => void this.#client.call('extend', { queue, id, token, lockMs }, callMs).catch(() => {}),
        )
      : null;
    const { job } = delivery;
    const dwellMs = Math.max(0, time.nowMs() - job.acceptedAtMs);
    let how = 'finish';
    try {
      await this.#needs.receive({ job: job.id, tenant: job.tenant, receives, dwellMs });
    } catch {
      how = 'fail';
    } finally {
      renewal?.cancel();
    }
    // A lock that was lost, or an engine that is gone: the delivery comes again.
    await this.#client.call(how, { queue, id, token }, callMs).catch((error: unknown) => {
      if (!(error instanceof RpcError)) throw error;
    });
  }
}
