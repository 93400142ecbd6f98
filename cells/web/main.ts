/** A web task of a cell: HTTP behind the ALB, and the relay. Try it: `node cells/web/main.ts CONFIG.json`. */
import { createServer } from 'node:http';
import { runPart, type DecidingContext, type RunningPart } from '../runtime/part.ts';
import { upstream } from '../runtime/upstream.ts';
import { createApp } from './app.ts';
import type { WebSettings } from './contract.ts';
import { webDecisions, type WebDecisions } from './decisions.ts';
import { QueueEngine } from './queue-engine.ts';
import { composeTask } from './task.ts';

runPart<WebSettings, WebDecisions>(start, { of: 'web', decisions: webDecisions });

async function start(context: DecidingContext<WebSettings, WebDecisions>): Promise<RunningPart> {
  const { config, runtime } = context;
  const { settings, token, listen } = config;
  if (!listen) throw new Error(`${config.address}: a web task needs an endpoint to listen on`);
  const task = composeTask(context, (onReady) =>
    QueueEngine.open({
      endpoint: upstream(config, 'sqs'),
      password: settings.queuePassword,
      embedded: settings.queueEmbedded,
      onReady,
    }),
  );
  const server = createServer({ keepAliveTimeout: 30_000, noDelay: true }, createApp(task.ports, task.admin));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const admin = config.admin ? await runtime.serve({ listen: config.admin, token, handlers: {} }) : null;
  // After it serves: loading BullMQ takes longer than everything else here.
  runtime.time.soon(() => void task.relay.start());
  return {
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await admin?.close();
      task.close();
    },
  };
}
