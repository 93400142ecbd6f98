import { Redis } from 'ioredis';
import type { Endpoint } from '../runtime/part-config.ts';

export interface QueueConnectionOptions {
  /** Null for the embedded engine, which knows no passwords. */
  readonly password: string | null;
  /**
   * `fail`: a command to an engine that is not there fails at once, one that hangs fails after two seconds.
   * `wait`: commands wait for the engine to come back, as a worker's do.
   */
  readonly whenGone: 'fail' | 'wait';
}

const commandTimeoutMs = 2000;

/** A connection to a cell's queue engine that comes back within half a second of the engine. */
export function connectQueue(endpoint: Endpoint, { password, whenGone }: QueueConnectionOptions): Redis {
  const redis = new Redis({
    host: endpoint.host,
    port: endpoint.port,
    ...(password === null ? {} : { password }),
    // ioredis' own strategy makes an engine that is back look gone for seconds more.
    retryStrategy: (tries) => Math.min(tries * 50, 500),
    ...(whenGone === 'fail'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: commandTimeoutMs }
      : { maxRetriesPerRequest: null }),
  });
  // A connection that is down is a state here, not an event; without a listener each failed try would be printed.
  redis.on('error', () => {});
  return redis;
}
