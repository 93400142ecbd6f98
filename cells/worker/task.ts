import { AuroraClient } from '../aurora-client/aurora-client.ts';
import { ConfigPoller } from '../dynamodb-client/config-poller.ts';
import { DynamodbClient } from '../dynamodb-client/dynamodb-client.ts';
import type { DecidingContext, RunningPart } from '../runtime/part.ts';
import { wait } from '../runtime/time.ts';
import { upstream } from '../runtime/upstream.ts';
import type { WorkerSettings } from '../web/contract.ts';
import type { WorkerDecisions } from './decisions.ts';
import type { ConsumerNeeds, JobConsumer } from './job-consumer.ts';
import { DynamodbLeases } from './leases.ts';
import type { Receive, WorkPorts } from './ports.ts';

const dynamodbTimeoutMs = 1000;

/** What a worker does not share with its twin in virtual time. */
export interface WorkerPorts extends Pick<WorkPorts, 'writeExport' | 'roundsPerUnit' | 'yieldTurn'> {
  readonly openConsumer: (needs: ConsumerNeeds) => JobConsumer;
}

/** Puts a worker together and begins to receive: the same one on BullMQ and in virtual time. */
export async function startWorker(
  { config, events, runtime, decisions }: DecidingContext<WorkerSettings, WorkerDecisions>,
  own: WorkerPorts,
): Promise<RunningPart> {
  const { settings, token } = config;
  const { time } = runtime;
  const aurora = new AuroraClient(runtime, config.upstreams['aurora'] ?? [], token, settings.auroraTimeoutMs);
  const dynamodb = new DynamodbClient(runtime, upstream(config, 'dynamodb'), token, dynamodbTimeoutMs);
  const poller = new ConfigPoller(time, dynamodb, settings.policies, (policies) => consumer.adopt(policies));
  let ending = false;
  const ports: WorkPorts = {
    cell: config.cell ?? '',
    queue: settings.queue,
    xlAbove: settings.xlAbove,
    policies: () => poller.policies,
    aurora,
    leases: new DynamodbLeases(dynamodb, config.address, () => time.nowMs()),
    events,
    clock: time,
    yieldTurn: own.yieldTurn,
    roundsPerUnit: own.roundsPerUnit,
    wait: (ms) => wait(time, ms),
    ending: () => ending,
    writeExport: own.writeExport,
    bury: (letter) => consumer.bury(letter),
  };
  const { queue, concurrency, policies } = settings;
  const receive = (received: Receive) => decisions.receive(received, ports);
  const consumer = own.openConsumer({ queue, concurrency, policies, receive });
  const admin = config.admin ? await runtime.serve({ listen: config.admin, token, handlers: {} }) : null;
  return {
    async stop() {
      ending = true;
      await admin?.close();
      await consumer.stop();
      for (const part of [poller, aurora, dynamodb]) part.close();
    },
  };
}
