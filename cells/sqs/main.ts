/**
 * The embedded queue engine of a cell: js-redis-server, in memory, on one loopback port. It keeps nothing across a kill;
 * the relay fills it again from Aurora. Try it: `node cells/sqs/main.ts CONFIG.json`.
 */
import {
  createRedisCommandExecutor,
  RedisServerState,
  resolveCompatibilityProfile,
  Resp2Server,
} from 'js-redis-server/core';
import { runPart } from '../runtime/part.ts';
import type { QueueEngineSettings } from './contract.ts';

runPart<QueueEngineSettings>(async ({ config }) => {
  const { listen } = config;
  if (!listen) throw new Error(`${config.address}: a queue engine needs an endpoint to listen on`);
  const compatibility = resolveCompatibilityProfile();
  const { server } = new Resp2Server({
    server: new RedisServerState({ databaseCount: 1, compatibility }),
    executor: createRedisCommandExecutor({ compatibility }),
  });
  // Its own listen() takes no host and binds to every interface (js-redis-server 0.3.0).
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  // Its own close() waits for every client to leave; nothing in memory is worth that wait.
  return { stop: () => void server.close() };
});
