/** A web task of a cell: HTTP behind the ALB, and the relay. Try it: `node cells/web/main.ts CONFIG.json`. */
import { createServer } from 'node:http';
import { AuroraClient } from '../aurora-client/aurora-client.ts';
import { ConfigPoller } from '../dynamodb-client/config-poller.ts';
import { DynamodbClient } from '../dynamodb-client/dynamodb-client.ts';
import { RpcError } from '../protocol/rpc-error.ts';
import { runPart } from '../runtime/part.ts';
import { upstream } from '../runtime/upstream.ts';
import { createApp } from './app.ts';
import type { WebSettings } from './contract.ts';
import type { CellPorts } from './exchange.ts';
import { QueueEngine } from './queue-engine.ts';
import { redrive } from './redrive.ts';
import { Relay } from './relay.ts';

/** Nothing that a tenant waits for may wait longer for the table store. */
const dynamodbTimeoutMs = 250;

runPart<WebSettings>(async ({ config, events, runtime }) => {
  const { settings, token, cell, listen } = config;
  if (!listen || cell === null)
    throw new Error(`${config.address}: a web task needs a cell and an endpoint to listen on`);
  const aurora = new AuroraClient(runtime, config.upstreams['aurora'] ?? [], token, settings.auroraTimeoutMs);
  const dynamodb = new DynamodbClient(runtime, upstream(config, 'dynamodb'), token, dynamodbTimeoutMs);
  const poller = new ConfigPoller(runtime.time, dynamodb, settings.policies);
  const policies = () => poller.policies;
  const relay = new Relay({
    task: config.address,
    ...{ aurora, policies, events, newId: runtime.newId, time: runtime.time },
    openEngine: (onReady) =>
      QueueEngine.open({
        endpoint: upstream(config, 'sqs'),
        password: settings.queuePassword,
        embedded: settings.queueEmbedded,
        onReady,
      }),
  });
  const ports: CellPorts = {
    cell,
    xlAbove: settings.xlAbove,
    aurora,
    auroraTimeoutMs: settings.auroraTimeoutMs,
    dynamodb,
    policies,
    quotas: () => poller.quotas,
    buckets: new Map(),
    runningKeys: new Set(),
    events,
    clock: runtime.time,
    newId: runtime.newId,
    accepted: (job) => relay.accepted(job),
  };
  const app = createApp(ports, {
    token,
    healthy: () => aurora.reachable,
    redrive: async () => {
      if (!relay.engine?.ready) throw new RpcError('not-sent', 'the queue engine is not there');
      const count = await redrive(runtime.time, aurora, relay.engine, events);
      relay.nudge();
      return count;
    },
  });
  const server = createServer({ keepAliveTimeout: 30_000, noDelay: true }, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const admin = config.admin ? await runtime.serve({ listen: config.admin, token, handlers: {} }) : null;
  // After it serves: loading BullMQ takes longer than everything else here.
  runtime.time.soon(() => void relay.start());
  return {
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await admin?.close();
      for (const part of [relay, poller, aurora, dynamodb]) part.close();
    },
  };
});
