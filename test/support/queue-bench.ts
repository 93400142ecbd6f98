import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { JobQueue, OutboxRow } from '../../cells/aurora/contract.ts';
import { defaultCellPolicies, type CellPolicies } from '../../cells/policies.ts';
import { findEngine, prepareRedis } from '../../cells/sqs/engine.ts';
import { QueueEngine } from '../../cells/web/queue-engine.ts';
import type { QueueProducer } from '../../cells/web/queue-producer.ts';
import { Consumer } from '../../cells/worker/consumer.ts';
import type { ConsumerNeeds, JobConsumer } from '../../cells/worker/job-consumer.ts';
import { Life } from '../../sim/substrate/virtual/life.ts';
import { Scheduler } from '../../sim/substrate/virtual/scheduler.ts';
import { runVirtually } from '../../sim/substrate/virtual/time-loop.ts';
import { QueueState, VirtualQueue } from '../../sim/substrate/virtual/virtual-queue.ts';
import { VirtualConsumer, VirtualProducer } from '../../sim/substrate/virtual/virtual-queue-clients.ts';
import { virtualRuntime } from '../../sim/substrate/virtual/virtual-runtime.ts';
import { Network } from '../../sim/substrate/virtual/wire.ts';
import { freeEndpoints, partConfig, removeFolder, startPart, temporaryFolder } from './part-process.ts';

/** One queue engine as the conformance cases use it, whatever carries it and whichever time it lives in. */
export interface QueueBench {
  producer(): Promise<QueueProducer>;
  consumer(needs: Partial<ConsumerNeeds> & Pick<ConsumerNeeds, 'receive'>): JobConsumer;
  wait(ms: number): Promise<void>;
  /** Runs work by the engine's time. */
  within<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Visible again after so long without a heartbeat. */
export const policiesOfBench: CellPolicies = { ...defaultCellPolicies, visibilityMs: 500 };

export function deliveryOf(job: string, queue: JobQueue = 'standard', n = 1, acceptedAtMs = 1000): OutboxRow {
  const row = { id: job, tenant: 't01', kind: 'recalc', sheet: 's', units: 1, queue, state: 'open' } as const;
  return { id: `${job}.${n}`, job: { ...row, result: null, acceptedAtMs, endedAtMs: null } };
}

export async function openBench(kind: 'redis' | 'embedded' | 'virtual'): Promise<QueueBench> {
  return kind === 'virtual' ? virtualBench() : realBench(kind);
}

function filled(needs: Partial<ConsumerNeeds> & Pick<ConsumerNeeds, 'receive'>): ConsumerNeeds {
  return { queue: 'standard', concurrency: 1, policies: policiesOfBench, ...needs };
}

async function virtualBench(): Promise<QueueBench> {
  const scheduler = new Scheduler(0);
  const network = new Network(scheduler, 1);
  const at = { host: 'sqs', port: 1 };
  const lifeOf = (name: string) => virtualRuntime(network, new Life(name, `${name}.1`, scheduler), null);
  const engine = lifeOf('sqs');
  const queue = new VirtualQueue(new QueueState(), engine.time, false);
  const within: QueueBench['within'] = (work) => runVirtually(scheduler, work);
  await within(() => engine.serve({ listen: at, token: '', handlers: queue.handlers() }));
  let parts = 0;
  return {
    within,
    producer: () =>
      new Promise((resolve) => {
        const producer = new VirtualProducer(lifeOf(`web-${++parts}`), at, '', () => resolve(producer));
      }),
    consumer: (needs) => new VirtualConsumer(lifeOf(`worker-${++parts}`), at, '', filled(needs)),
    wait: (ms) => new Promise((resolve) => void scheduler.plan(ms * 1000, resolve)),
    close: async () => {},
  };
}

async function realBench(kind: 'redis' | 'embedded'): Promise<QueueBench> {
  const folder = temporaryFolder();
  const [endpoint] = await freeEndpoints(1);
  if (!endpoint) throw new Error('no free port');
  const embedded = kind === 'embedded';
  const password = embedded ? null : 'secret';
  let end: () => Promise<void>;
  if (embedded) {
    const config = partConfig(folder, { address: 'a/sqs', listen: endpoint, settings: {} });
    const part = await startPart('cells/sqs/main.ts', folder, config);
    end = async () => void (await part.kill());
  } else {
    const found = await findEngine();
    if (found.kind !== 'redis') throw new Error('no Redis on PATH');
    const args = await prepareRedis(endpoint, join(folder, 'sqs'), 'secret');
    const child: ChildProcess = spawn(found.executable, args, { stdio: 'ignore' });
    end = async () => void child.kill('SIGKILL');
  }
  const closing: (() => unknown)[] = [];
  return {
    within: (work) => work(),
    async producer() {
      const ready = Promise.withResolvers<void>();
      const producer = await QueueEngine.open({ endpoint, password, embedded, onReady: ready.resolve });
      closing.push(() => producer.close());
      await ready.promise;
      return producer;
    },
    consumer(needs) {
      const consumer = new Consumer({ ...filled(needs), endpoint, password, embedded });
      closing.push(() => consumer.stop());
      return consumer;
    },
    wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    async close() {
      await Promise.all(closing.map((close) => close()));
      await end();
      removeFolder(folder);
    },
  };
}
