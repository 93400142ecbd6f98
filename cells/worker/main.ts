/** A worker of a cell, for its standard or its XL queue. Try it: `node cells/worker/main.ts CONFIG.json`. */
import { roundsPerUnit } from '../sheets/recalculation.ts';
import { runPart, type DecidingContext, type RunningPart } from '../runtime/part.ts';
import { upstream } from '../runtime/upstream.ts';
import type { WorkerSettings } from '../web/contract.ts';
import { workerDecisions, type WorkerDecisions } from './decisions.ts';
import { Consumer } from './consumer.ts';
import { writeExport } from './export-file.ts';
import { FilesVolume } from './files-volume.ts';
import { startWorker } from './task.ts';

runPart<WorkerSettings, WorkerDecisions>(start, { of: 'worker', decisions: workerDecisions });

function start(context: DecidingContext<WorkerSettings, WorkerDecisions>): Promise<RunningPart> {
  const { config, runtime } = context;
  const { settings, volume } = config;
  if (volume === null) throw new Error(`${config.address}: a worker needs its cell's volume, for exports`);
  const files = new FilesVolume(volume, runtime.conditions, runtime.time);
  runtime.conditions.keeps(files);
  return startWorker(context, {
    roundsPerUnit,
    yieldTurn: () => new Promise((resolve) => void runtime.time.soon(resolve)),
    writeExport: (tenant, job, rows) => writeExport(files, tenant, job, rows),
    openConsumer: (needs) =>
      new Consumer({
        ...needs,
        endpoint: upstream(config, 'sqs'),
        password: settings.queuePassword,
        embedded: settings.queueEmbedded,
      }),
  });
}
