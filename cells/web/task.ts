import { AuroraClient } from '../aurora-client/aurora-client.ts';
import { ConfigPoller } from '../dynamodb-client/config-poller.ts';
import { DynamodbClient } from '../dynamodb-client/dynamodb-client.ts';
import { RpcError } from '../protocol/rpc-error.ts';
import type { DecidingContext } from '../runtime/part.ts';
import { upstream } from '../runtime/upstream.ts';
import type { TaskAdmin } from './app.ts';
import type { WebSettings } from './contract.ts';
import type { WebDecisions } from './decisions.ts';
import type { CellPorts } from './exchange.ts';
import { redrive } from './redrive.ts';
import { Relay, type RelayOptions } from './relay.ts';

/** Nothing that a tenant waits for may wait longer for the table store. */
const dynamodbTimeoutMs = 250;

/** A task that has just started waits so long for a writer before it takes requests: until then it would refuse every write. */
const writerWaitMsMax = 3000;

/** A web task without the server in front of it: what handles a request touches, and the relay. */
export interface WebTask {
  readonly ports: CellPorts;
  readonly admin: TaskAdmin;
  readonly relay: Relay;
  close(): void;
}

/** Puts a web task together: the same one behind express and in virtual time. */
export function composeTask(
  { config, events, runtime, decisions }: DecidingContext<WebSettings, WebDecisions>,
  openEngine: RelayOptions['openEngine'],
): WebTask {
  const { settings, token, cell } = config;
  if (cell === null) throw new Error(`${config.address}: a web task needs a cell`);
  const { time, newId } = runtime;
  const startedMs = time.monotonicMs();
  const aurora = new AuroraClient(runtime, config.upstreams['aurora'] ?? [], token, settings.auroraTimeoutMs);
  const dynamodb = new DynamodbClient(runtime, upstream(config, 'dynamodb'), token, dynamodbTimeoutMs);
  const poller = new ConfigPoller(time, dynamodb, settings.policies);
  const policies = () => poller.policies;
  const relay = new Relay({ decisions, task: config.address, aurora, policies, events, newId, time, openEngine });
  const ports: CellPorts = {
    cell,
    decisions,
    xlAbove: settings.xlAbove,
    aurora,
    auroraTimeoutMs: settings.auroraTimeoutMs,
    dynamodb,
    policies,
    quotas: () => poller.quotas,
    buckets: new Map(),
    runningKeys: new Set(),
    events,
    clock: time,
    newId,
    accepted: (job) => relay.accepted(job),
  };
  return {
    ports,
    relay,
    admin: {
      token,
      healthy: () => aurora.reachable,
      ready: () => aurora.knewWriter || time.monotonicMs() - startedMs >= writerWaitMsMax,
      redrive: async () => {
        if (!relay.engine?.ready) throw new RpcError('not-sent', 'the queue engine is not there');
        const count = await redrive(time, aurora, relay.engine, events);
        relay.nudge();
        return count;
      },
    },
    close() {
      for (const part of [relay, poller, aurora, dynamodb]) part.close();
    },
  };
}
