import type { Redis } from 'ioredis';
import type { Endpoint } from '../runtime/part-config.ts';
import { connectQueue } from './connect.ts';
import { queueNames, queuePrefix, type QueueCounts } from './contract.ts';

export type QueueName = keyof typeof queueNames;
export type AllQueueCounts = Readonly<Record<QueueName, QueueCounts>>;

const names = Object.keys(queueNames) as QueueName[];

type Reply = readonly [Error | null, unknown];

/** Reads the counts of one engine's three queues from BullMQ's keys. It only reads, and no script runs. */
export class QueueCountsReader {
  readonly #redis: Redis;

  constructor(endpoint: Endpoint, password: string | null) {
    this.#redis = connectQueue(endpoint, { password, whenGone: 'fail' });
  }

  /** Rejects at once where the engine is gone, after two seconds where it hangs. `nowMs` is Unix time. */
  async read(nowMs: number): Promise<AllQueueCounts> {
    const lengths = this.#redis.pipeline();
    for (const name of names) {
      lengths.llen(key(name, 'wait')).zcard(key(name, 'delayed')).zcard(key(name, 'prioritized'));
      lengths.llen(key(name, 'active')).lindex(key(name, 'wait'), 0).lindex(key(name, 'wait'), -1);
    }
    const replies = values((await lengths.exec()) ?? []);
    const found = names.map((name, index) => {
      const [wait, delayed, prioritized, inFlight, first, last] = replies.slice(index * 6, index * 6 + 6);
      return {
        name,
        waiting: Number(wait) + Number(delayed) + Number(prioritized),
        inFlight: Number(inFlight),
        first,
        last,
      };
    });

    // The oldest is at one end of the list: the tail where it is served first in, first out, else the head.
    const times = this.#redis.pipeline();
    for (const { name, first, last } of found) {
      for (const id of [first, last]) times.hget(key(name, String(id)), 'timestamp');
    }
    const stamps = values((await times.exec()) ?? []);
    return Object.fromEntries(
      found.map(({ name, waiting, inFlight }, index) => {
        const known = stamps.slice(index * 2, index * 2 + 2).filter((stamp) => stamp !== null);
        const oldestAgeMs = known.length === 0 ? null : Math.max(0, nowMs - Math.min(...known.map(Number)));
        return [name, { waiting, inFlight, oldestAgeMs }];
      }),
    ) as AllQueueCounts;
  }

  close(): void {
    this.#redis.disconnect();
  }
}

function key(name: QueueName, suffix: string): string {
  return `${queuePrefix}:${queueNames[name]}:${suffix}`;
}

function values(replies: readonly Reply[]): readonly unknown[] {
  return replies.map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}
