import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobRow, OutboxRow } from '../aurora/contract.ts';
import type { Endpoint } from '../runtime/part-config.ts';
import { bullmqOptions, eventsMax, keepEnded, type DeadLetter } from '../sqs/bullmq.ts';
import { connectQueue } from '../sqs/connect.ts';
import { queueNames, queuePrefix } from '../sqs/contract.ts';
import type { QueueProducer } from './queue-producer.ts';

export interface QueueEngineOptions {
  readonly endpoint: Endpoint;
  readonly password: string | null;
  readonly embedded: boolean;
  /** Called at every connection made: what is behind it may be another engine than before. */
  readonly onReady: () => void;
}

type Queues = Readonly<Record<keyof typeof queueNames, Queue>>;

/** Retries of a failed delivery are the worker's to end, by `maxReceives`; BullMQ itself never gives up. */
const attemptsMax = 1_000_000;
const retryDelayMs = 500;

/** The lists and sets in which BullMQ holds what has not ended. */
const lists = ['wait', 'active', 'paused'] as const;
const sets = ['delayed', 'prioritized'] as const;

/** BullMQ on the cell's engine. */
export class QueueEngine implements QueueProducer {
  readonly #redis: Redis;
  readonly #queues: Queues;
  readonly #embedded: boolean;

  /** Loads BullMQ, which takes its time: a web task serves before it. */
  static async open(options: QueueEngineOptions): Promise<QueueEngine> {
    const { Queue } = await import('bullmq');
    const redis = connectQueue(options.endpoint, { password: options.password, whenGone: 'fail' });
    redis.on('ready', options.onReady);
    const make = (name: string) => {
      const queue = new Queue(name, { ...bullmqOptions, connection: redis, skipMetasUpdate: true });
      queue.on('error', () => {}); // Told by the rejected call already.
      return queue;
    };
    const queues = {
      standard: make(queueNames.standard),
      xl: make(queueNames.xl),
      deadLetter: make(queueNames.deadLetter),
    };
    return new QueueEngine(redis, queues, options.embedded);
  }

  private constructor(redis: Redis, queues: Queues, embedded: boolean) {
    this.#redis = redis;
    this.#queues = queues;
    this.#embedded = embedded;
  }

  get ready(): boolean {
    return this.#redis.status === 'ready';
  }

  async lead(task: string, forMs: number): Promise<boolean> {
    const key = `${queuePrefix}:relay-leader`;
    if ((await this.#redis.set(key, task, 'PX', forMs, 'NX')) === 'OK') return true;
    if ((await this.#redis.get(key)) !== task) return false;
    await this.#redis.pexpire(key, forMs);
    return true;
  }

  async isKnown(): Promise<boolean> {
    return (await this.#redis.exists(`${queuePrefix}:incarnation`)) === 1;
  }

  async markKnown(incarnation: string): Promise<void> {
    for (const name of Object.values(queueNames)) {
      await this.#redis.hset(`${queuePrefix}:${name}:meta`, 'opts.maxLenEvents', String(eventsMax));
    }
    await this.#redis.set(`${queuePrefix}:incarnation`, incarnation, 'NX');
  }

  async deliver(rows: readonly OutboxRow[], dispatch: 'fifo' | 'lifo'): Promise<void> {
    for (const name of ['standard', 'xl'] as const) {
      const mine = rows.filter(({ job }) => job.queue === name);
      if (mine.length === 0) continue;
      await this.#queues[name].addBulk(
        mine.map(({ id, job }) => ({
          name: job.kind,
          data: { job, outbox: id },
          opts: {
            jobId: id,
            timestamp: job.acceptedAtMs,
            lifo: dispatch === 'lifo',
            attempts: attemptsMax,
            backoff: { type: 'fixed', delay: retryDelayMs },
            removeOnComplete: keepEnded(this.#embedded),
          },
        })),
      );
    }
  }

  async held(): Promise<readonly string[]> {
    const reading = this.#redis.multi();
    for (const name of [queueNames.standard, queueNames.xl]) {
      for (const list of lists) reading.lrange(`${queuePrefix}:${name}:${list}`, 0, -1);
      for (const set of sets) reading.zrange(`${queuePrefix}:${name}:${set}`, '0', '-1');
    }
    const replies = (await reading.exec()) ?? [];
    return replies.flatMap(([error, ids]) => {
      if (error) throw error;
      return ids as string[];
    });
  }

  async addDeadLetters(jobs: readonly JobRow[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.#queues.deadLetter.addBulk(
      jobs.map((job) => {
        const reason = (job.result as { reason?: string } | null)?.reason ?? '';
        const data: DeadLetter = { job: job.id, tenant: job.tenant, reason };
        return { name: 'dead', data, opts: { jobId: job.id } };
      }),
    );
  }

  async deadLetters(limit: number): Promise<readonly string[]> {
    const ids = await this.#redis.lrange(`${queuePrefix}:${queueNames.deadLetter}:wait`, -limit, -1);
    return ids.toReversed();
  }

  async removeDeadLetters(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#queues.deadLetter.remove(id);
  }

  close(): void {
    this.#redis.disconnect();
  }
}
