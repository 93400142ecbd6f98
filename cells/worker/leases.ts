import type { DynamodbPort } from '../dynamodb-client/dynamodb-client.ts';
import type { Exported, Leases } from './ports.ts';

/**
 * Leases and attempts in the cell's DynamoDB. Aurora is the truth and the queue holds the real lock: these are for whoever
 * looks, so they are written behind the work, in order for each job, and dropped where the store is gone.
 */
export class DynamodbLeases implements Leases {
  readonly #dynamodb: DynamodbPort;
  readonly #task: string;
  readonly #nowMs: () => number;
  /** The last write of each job that runs here, and its attempts as the store knows them. */
  readonly #running = new Map<string, { attempts: number; last: Promise<void> }>();

  constructor(dynamodb: DynamodbPort, task: string, nowMs: () => number) {
    this.#dynamodb = dynamodb;
    this.#task = task;
    this.#nowMs = nowMs;
  }

  start(job: string, receives: number, forMs: number): void {
    const entry = { attempts: receives, last: Promise.resolve() };
    this.#running.set(job, entry);
    this.#after(entry, async () => {
      // Deliveries before this one, from another queue or an engine that is no more, count too.
      const before = (await this.#dynamodb.get('jobs', job))?.['attempts'];
      if (typeof before === 'number') entry.attempts = Math.max(receives, before + 1);
      await this.#put(job, entry.attempts, 'running', this.#nowMs() + forMs);
    });
  }

  renew(job: string, forMs: number): void {
    const entry = this.#running.get(job);
    if (entry) this.#after(entry, () => this.#put(job, entry.attempts, 'running', this.#nowMs() + forMs));
  }

  end(job: string, state: 'queued' | 'done' | 'dead'): void {
    const entry = this.#running.get(job);
    this.#running.delete(job);
    if (entry) this.#after(entry, () => this.#put(job, entry.attempts, state, 0));
  }

  exported(job: string, manifest: Exported): void {
    this.#dynamodb.write([{ op: 'put', table: 'exports', key: job, item: { ...manifest } }]).catch(() => {});
  }

  #after(entry: { last: Promise<void> }, write: () => Promise<void>): void {
    entry.last = entry.last.then(write).catch(() => {});
  }

  async #put(job: string, attempts: number, state: string, leasedUntilMs: number): Promise<void> {
    const item = { attempts, leasedBy: state === 'running' ? this.#task : null, leasedUntilMs, state };
    await this.#dynamodb.write([{ op: 'put', table: 'jobs', key: job, item }]);
  }
}
