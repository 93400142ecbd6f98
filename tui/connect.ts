import { FramedClient } from '../cells/protocol/client.ts';
import { progressBar } from '../sim/state/progress-bar.ts';
import type { Snapshot } from '../sim/state/status.ts';
import type { SupervisorMethods } from '../sim/supervisor/contract.ts';
import type { Store } from './store.ts';

/** Pictures asked for in a second. With 24 cells each costs Ink about 25 ms; more would not be seen from the back of a room. */
const snapshotHz = 4.5;

export interface WorldConnection {
  /** Rejects with an RpcError. */
  call(method: string, args: unknown, timeoutMs: number): Promise<unknown>;
  close(): void;
}

/** Keeps a connection to the supervisor's socket, for ever; what comes in goes into the store. */
export function connectToWorld(socketPath: string, store: Store): WorldConnection {
  const client = new FramedClient({
    connect: { path: socketPath },
    token: null,
    reconnect: true,
    retryMsMax: 500,
    onConnect: () => void join(client, store),
    onDisconnect: () => store.lost(),
    onNotify(method, args) {
      if (method === 'snapshot') store.take(args as Snapshot);
      if (method === 'progress') store.growing(progressText(args));
    },
  });
  return {
    call: (method, args, timeoutMs) => client.call(method, args, timeoutMs),
    close: () => client.close(),
  };
}

async function join(client: FramedClient, store: Store): Promise<void> {
  try {
    const hello = await client.call<SupervisorMethods['hello']['result']>('hello', {});
    await client.call('snapshot.subscribe', { hz: snapshotHz });
    if (!hello.ready) {
      store.growing('Growing.');
      await client.call('world.ready', {}, null);
    }
    store.connected();
  } catch {
    // It answered and went again: the next connection starts afresh.
    client.breakConnection();
  }
}

function progressText(args: unknown): string {
  const { text, done, total } = args as { text?: unknown; done?: unknown; total?: unknown };
  const words = typeof text === 'string' ? text : 'Growing';
  return typeof done === 'number' && typeof total === 'number' ? `${progressBar(done, total)}  ${words}` : words;
}
