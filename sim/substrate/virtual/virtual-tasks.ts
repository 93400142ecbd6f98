import type { DecidingContext, RunningPart } from '../../../cells/runtime/part.ts';
import { wait } from '../../../cells/runtime/time.ts';
import { upstream } from '../../../cells/runtime/upstream.ts';
import type { WebSettings, WorkerSettings } from '../../../cells/web/contract.ts';
import type { WebDecisions } from '../../../cells/web/decisions.ts';
import type { Operation } from '../../../cells/web/exchange.ts';
import { handle } from '../../../cells/web/handle.ts';
import { composeTask } from '../../../cells/web/task.ts';
import type { WorkerDecisions } from '../../../cells/worker/decisions.ts';
import type { WrittenFile } from '../../../cells/worker/ports.ts';
import { startWorker } from '../../../cells/worker/task.ts';
import type { Life } from './life.ts';
import { serveHttp, type Asked, type Told } from './virtual-http.ts';
import { VirtualConsumer, VirtualProducer } from './virtual-queue-clients.ts';
import type { Network } from './wire.ts';

/** A web task in virtual time: what it does with a request is the real one's. */
export async function startVirtualWeb(
  context: DecidingContext<WebSettings, WebDecisions>,
  { network, life }: { readonly network: Network; readonly life: Life },
): Promise<RunningPart> {
  const { config, runtime } = context;
  if (!config.listen) throw new Error(`${config.address}: a web task needs an endpoint to listen on`);
  const task = composeTask(
    context,
    async (onReady) => new VirtualProducer(runtime, upstream(config, 'sqs'), config.token, onReady),
  );
  const forget = serveHttp(
    network,
    life,
    config.listen,
    (asked, tell) => {
      if (asked.path === '/ready') return tell({ status: 200, headers: {}, body: null });
      const found = operationOf(asked);
      if (!found) return tell({ status: 404, headers: { 'x-cell-id': config.cell ?? '' }, body: { status: 404 } });
      const request = { ...found, headers: asked.headers, body: asked.body ?? '' };
      void handle(request, task.ports).then(({ status, headers, body }) =>
        life.now(() => tell({ status, headers, body } as Told)),
      );
    },
    () => true,
  );
  if (config.admin)
    await runtime.serve({
      listen: config.admin,
      token: config.token,
      handlers: { redrive: () => task.admin.redrive() },
    });
  runtime.time.soon(() => void task.relay.start());
  return {
    stop() {
      forget();
      task.close();
    },
  };
}

const rowPath = /^\/sheets\/([^/]+)\/rows\/([^/]+)$/;
const jobPath = /^\/jobs\/([^/]+)$/;

/** What a path means, without express: the same four that `cells/web/routes.ts` lists. */
function operationOf({
  method,
  path,
}: Asked): { readonly operation: Operation; readonly params: Readonly<Record<string, string>> } | null {
  const row = rowPath.exec(path);
  if (row) {
    const params = { sheet: row[1]!, row: row[2]! };
    return method === 'PUT'
      ? { operation: 'row.put', params }
      : method === 'GET'
        ? { operation: 'row.get', params }
        : null;
  }
  if (path === '/jobs' && method === 'POST') return { operation: 'job.submit', params: {} };
  const job = jobPath.exec(path);
  return job && method === 'GET' ? { operation: 'job.get', params: { id: job[1]! } } : null;
}

/** What a slice of a thousand units takes on a real machine, in milliseconds. */
const sliceMs = 10;

/** What a cell's workers have written, by the names of the files. */
export type ExportFiles = Map<string, WrittenFile>;

/** A worker in virtual time: a slice of its work takes as long as on a real machine, and costs this one nothing. */
export function startVirtualWorker(
  context: DecidingContext<WorkerSettings, WorkerDecisions>,
  files: ExportFiles,
): Promise<RunningPart> {
  const { config, runtime } = context;
  const { conditions, time } = runtime;
  const usedBytes = () => files.size * 4096;
  const admit = async () => {
    if (conditions.now.diskDelayMs > 0) await wait(time, conditions.now.diskDelayMs);
    conditions.admit(usedBytes);
  };
  conditions.keeps({ usedBytes, tryWrite: admit });
  return startWorker(context, {
    roundsPerUnit: 1,
    yieldTurn: () => wait(time, sliceMs),
    writeExport: async (tenant, job, rows) => {
      await admit();
      const file = `exports/${tenant}/${job}.csv`;
      const there = files.get(file);
      if (there) return there;
      const exported = { file, bytes: JSON.stringify(rows).length, rows: rows.length };
      files.set(file, exported);
      return exported;
    },
    openConsumer: (needs) => new VirtualConsumer(runtime, upstream(config, 'sqs'), config.token, needs),
  });
}
