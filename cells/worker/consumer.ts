import { Queue, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { CellPolicies } from '../policies.ts';
import type { Endpoint } from '../runtime/part-config.ts';
import { bullmqOptions, keepEnded, type DeadLetter, type Delivery } from '../sqs/bullmq.ts';
import { connectQueue } from '../sqs/connect.ts';
import { queueNames } from '../sqs/contract.ts';
import type { ConsumerNeeds, JobConsumer } from './job-consumer.ts';

export interface ConsumerOptions extends ConsumerNeeds {
  readonly endpoint: Endpoint;
  readonly password: string | null;
  readonly embedded: boolean;
}

/** BullMQ's. */
export class Consumer implements JobConsumer {
  readonly #options: ConsumerOptions;
  readonly #redis: Redis;
  readonly #deadLetters: Queue;
  #policies: CellPolicies;
  #worker: Worker;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#redis = connectQueue(options.endpoint, { password: options.password, whenGone: 'wait' });
    this.#deadLetters = new Queue(queueNames.deadLetter, {
      ...bullmqOptions,
      connection: this.#redis,
      skipMetasUpdate: true,
    });
    this.#deadLetters.on('error', () => {});
    this.#policies = options.policies;
    this.#worker = this.#start(options.policies);
  }

  adopt(policies: CellPolicies): void {
    const { visibilityMs, heartbeat } = this.#policies;
    if (policies.visibilityMs === visibilityMs && policies.heartbeat === heartbeat) return;
    const old = this.#worker;
    this.#policies = policies;
    this.#worker = this.#start(policies);
    void old.close().catch(() => {});
  }

  async bury(letter: DeadLetter): Promise<void> {
    await this.#deadLetters.add('dead', letter, { jobId: letter.job });
  }

  async stop(): Promise<void> {
    await this.#worker.close().catch(() => {});
    this.#redis.disconnect();
  }

  #start({ visibilityMs, heartbeat }: CellPolicies): Worker {
    const { queue, concurrency, embedded } = this.#options;
    const worker = new Worker<Delivery, null>(queueNames[queue], (job) => this.#process(job), {
      ...bullmqOptions,
      connection: this.#redis,
      concurrency,
      lockDuration: visibilityMs,
      // Found at the second check after the lock ran out: a dead worker's jobs are seen again within one and a half visibilities.
      stalledInterval: Math.max(10, Math.floor(visibilityMs / 4)),
      skipLockRenewal: !heartbeat,
      // `maxReceives` counts receives, whatever ended the one before; BullMQ's own limit on stalls must never come first.
      maxStalledCount: 1_000_000,
      removeOnComplete: keepEnded(embedded),
      // After an error of the engine: it is looked for again at once, not in 15 s.
      runRetryDelay: 250,
      // A stopped worker still waits at the engine and may swallow the mark of a new job: the others look after this many seconds.
      drainDelay: 1,
    });
    worker.on('error', () => {}); // An engine that is gone or a lock that was lost: the delivery comes again.
    return worker;
  }

  async #process(job: Job<Delivery>): Promise<null> {
    const { id, tenant, acceptedAtMs } = job.data.job;
    await this.#options.receive({
      job: id,
      tenant,
      receives: job.attemptsStarted,
      dwellMs: Math.max(0, (job.processedOn ?? Date.now()) - acceptedAtMs),
    });
    return null;
  }
}
