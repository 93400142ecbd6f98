import { expect, test } from 'vitest';
import type { FramedClientOptions } from '../../../cells/protocol/client.ts';
import type { DecidingContext } from '../../../cells/runtime/part.ts';
import { realRuntime } from '../../../cells/runtime/runtime.ts';
import type { WebSettings } from '../../../cells/web/contract.ts';
import { webDecisions, type WebDecisions } from '../../../cells/web/decisions.ts';
import { composeTask } from '../../../cells/web/task.ts';

test('a task that starts takes requests once it knows a writer, and goes on while the writer changes', () => {
  let nowMs = 0;
  const connections: FramedClientOptions[] = [];
  const runtime = {
    ...realRuntime,
    time: { ...realRuntime.time, monotonicMs: () => nowMs },
    connect(options: FramedClientOptions) {
      connections.push(options);
      const nothing = () => {};
      const silent = () => new Promise<never>(nothing);
      return { connected: true, call: silent, notify: nothing, close: nothing, breakConnection: nothing };
    },
  };
  const at = (port: number) => ({ host: '127.0.0.1', port });
  const start = () => {
    connections.length = 0;
    return composeTask(
      {
        config: {
          ...{
            address: 'a/web/1',
            cell: 'a',
            token: 't',
            settings: { xlAbove: 1, auroraTimeoutMs: 2000, policies: {} },
          },
          upstreams: { aurora: [at(1), at(2)], dynamodb: [at(3)], sqs: [at(4)] },
        },
        events: { record: () => {} },
        runtime,
        decisions: webDecisions,
      } as unknown as DecidingContext<WebSettings, WebDecisions>,
      () => Promise.reject(new Error('not asked for')),
    );
  };
  const tell = (index: number, role: string, generation: number) =>
    connections[index]?.onNotify?.('role', { address: `a/aurora/${index + 1}`, role, generation });

  const task = start();
  expect([task.admin.ready(), task.admin.healthy()]).toEqual([false, false]);
  tell(1, 'reader', 1);
  expect([task.admin.ready(), task.admin.healthy()]).toEqual([false, true]);
  tell(0, 'writer', 1);
  expect([task.admin.ready(), task.admin.healthy()]).toEqual([true, true]);
  for (const connection of connections) connection.onDisconnect?.(null);
  expect([task.admin.ready(), task.admin.healthy()]).toEqual([true, false]);
  task.close();

  const without = start();
  expect(without.admin.ready()).toBe(false);
  nowMs += 3000;
  expect([without.admin.ready(), without.admin.healthy()]).toEqual([true, false]);
  without.close();
});
