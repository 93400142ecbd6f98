import type { RpcClient } from '../../cells/protocol/rpc.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { realRuntime, type Runtime } from '../../cells/runtime/runtime.ts';
import { wait, type Time } from '../../cells/runtime/time.ts';

/** Connections to the parts' own framed ports, made when first needed and kept. */
export class AdminConnections {
  readonly #token: string;
  readonly #runtime: Pick<Runtime, 'connect' | 'time'>;
  readonly #endpointOf: (address: string) => Promise<Endpoint>;
  readonly #clients = new Map<string, Promise<RpcClient>>();
  #closed = false;

  constructor(
    token: string,
    endpointOf: (address: string) => Promise<Endpoint>,
    runtime: Pick<Runtime, 'connect' | 'time'> = realRuntime,
  ) {
    this.#runtime = runtime;
    this.#token = token;
    this.#endpointOf = endpointOf;
  }

  /** Calls a part. Rejects with `not-sent` or `unknown` while it is gone or silent. */
  async call<T>(address: string, method: string, args: unknown, timeoutMs: number | null = 2000): Promise<T> {
    const client = await this.#clientOf(address);
    if (!client.connected) await connected(this.#runtime.time, client, Math.min(timeoutMs ?? 1000, 1000));
    return client.call<T>(method, args, timeoutMs);
  }

  close(): void {
    this.#closed = true;
    for (const client of this.#clients.values()) void client.then((each) => each.close());
    this.#clients.clear();
  }

  #clientOf(address: string): Promise<RpcClient> {
    const known = this.#clients.get(address);
    if (known) return known;
    const client = this.#connect(address);
    this.#clients.set(address, client);
    client.catch(() => this.#clients.delete(address));
    return client;
  }

  async #connect(address: string): Promise<RpcClient> {
    const connect = await this.#endpointOf(address);
    if (this.#closed) throw new RpcError('not-sent', 'the world is ending');
    return this.#runtime.connect({ connect, token: this.#token, reconnect: true, retryMsMax: 100 });
  }
}

async function connected(time: Time, client: RpcClient, withinMs: number): Promise<void> {
  const deadline = time.monotonicMs() + withinMs;
  while (!client.connected) {
    if (time.monotonicMs() > deadline) throw new RpcError('not-sent', 'the part does not answer');
    await wait(time, 10);
  }
}

/** The name of the port that a part is managed over: stores over the one that they serve on, every other part over one of its own. */
export function adminNameOf(address: string): string {
  return address === 'map' || /\/(aurora|dynamodb)/.test(address) ? address : `${address}:admin`;
}
