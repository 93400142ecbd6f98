/** A worker of a cell, for its standard or its XL queue. Try it: `node cells/worker/main.ts CONFIG.json`. */
import { AuroraClient } from '../aurora-client/aurora-client.ts';
import { ConfigPoller } from '../dynamodb-client/config-poller.ts';
import { DynamodbClient } from '../dynamodb-client/dynamodb-client.ts';
import { wait } from '../runtime/time.ts';
import { upstream } from '../runtime/upstream.ts';
import { runPart } from '../runtime/part.ts';
import type { WorkerSettings } from '../web/contract.ts';
import { Consumer } from './consumer.ts';
import { writeExport } from './export-file.ts';
import { FilesVolume } from './files-volume.ts';
import { DynamodbLeases } from './leases.ts';
import type { WorkPorts } from './ports.ts';
import { receive } from './receive.ts';

const dynamodbTimeoutMs = 1000;

runPart<WorkerSettings>(async ({ config, events, runtime }) => {
  const { time } = runtime;
  const { settings, token, volume } = config;
  if (volume === null) throw new Error(`${config.address}: a worker needs its cell's volume, for exports`);
  const files = new FilesVolume(volume, runtime.conditions, time);
  runtime.conditions.keeps(files);
  const aurora = new AuroraClient(runtime, config.upstreams['aurora'] ?? [], token, settings.auroraTimeoutMs);
  const dynamodb = new DynamodbClient(runtime, upstream(config, 'dynamodb'), token, dynamodbTimeoutMs);
  const poller = new ConfigPoller(time, dynamodb, settings.policies, (policies) => consumer.adopt(policies));
  let ending = false;
  const ports: WorkPorts = {
    queue: settings.queue,
    xlAbove: settings.xlAbove,
    policies: () => poller.policies,
    aurora,
    leases: new DynamodbLeases(dynamodb, config.address, () => time.nowMs()),
    events,
    clock: time,
    yieldTurn: () => new Promise((resolve) => void time.soon(resolve)),
    wait: (ms) => wait(time, ms),
    ending: () => ending,
    writeExport: (tenant, job, rows) => writeExport(files, tenant, job, rows),
    bury: (letter) => consumer.bury(letter),
  };
  const consumer = new Consumer({
    endpoint: upstream(config, 'sqs'),
    password: settings.queuePassword,
    embedded: settings.queueEmbedded,
    queue: settings.queue,
    concurrency: settings.concurrency,
    policies: settings.policies,
    receive: (received) => receive(received, ports),
  });
  const admin = config.admin ? await runtime.serve({ listen: config.admin, token, handlers: {} }) : null;
  return {
    async stop() {
      ending = true;
      await admin?.close();
      await consumer.stop();
      for (const part of [poller, aurora, dynamodb]) part.close();
    },
  };
});
