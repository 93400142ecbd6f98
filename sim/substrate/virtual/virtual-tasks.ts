import type { DecidingContext, RunningPart } from '../../../cells/runtime/part.ts';
import { wait } from '../../../cells/runtime/time.ts';
import { upstream } from '../../../cells/runtime/upstream.ts';
import type { WebSettings, WorkerSettings } from '../../../cells/web/contract.ts';
import type { WebDecisions } from '../../../cells/web/decisions.ts';
import type { CellRequest, CellResponse, Operation } from '../../../cells/web/exchange.ts';
import { handle } from '../../../cells/web/handle.ts';
import { methodNotAllowed, named, nothingAt } from '../../../cells/web/own-answer.ts';
import { routes } from '../../../cells/web/routes.ts';
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
      if (asked.path === '/ready') return tell({ status: task.admin.ready() ? 200 : 503, headers: {}, body: null });
      const found = operationOf(asked);
      if ('status' in found) return tell(named(asked.headers, task.ports, found));
      const request = { ...found, headers: asked.headers, body: asked.body ?? '' };
      void handle(request, task.ports).then(({ status, headers, body }) =>
        life.now(() => tell({ status, headers, body } as Told)),
      );
    },
    task.admin.ready,
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

/** The paths of a cell without express, each with what its methods do. */
const paths = [...new Set(routes.map(({ path }) => path))].map((path) => ({
  path,
  names: [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!),
  pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}$`),
  operations: new Map<string, Operation>(
    routes.flatMap((each) => (each.path === path ? [[each.method.toUpperCase(), each.operation] as const] : [])),
  ),
}));

/** What a request means, or the answer to one that means nothing. */
function operationOf({ method, path }: Asked): Pick<CellRequest, 'operation' | 'params'> | CellResponse {
  for (const known of paths) {
    const match = known.pattern.exec(path);
    if (!match) continue;
    const operation = known.operations.get(method);
    if (!operation) return methodNotAllowed(known.path);
    const params: Record<string, string> = {};
    for (const [at, name] of known.names.entries()) params[name] = match[at + 1]!;
    return { operation, params };
  }
  return nothingAt(path);
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
