import type { RpcClient } from '../../cells/protocol/rpc.ts';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { Runtime } from '../../cells/runtime/runtime.ts';
import { wait } from '../../cells/runtime/time.ts';
import type { CellMap } from '../../router/cell-map.ts';
import type { MapPush } from '../../router/contract.ts';

/** A router that has not taken the map by then gets it with the next push, in milliseconds. */
const pushMs = 1000;
const inFlightMs = 250;

/** Hands the whole map to every router, always all of it: the work is the same whether much has changed or nothing. */
export class RouterPusher {
  readonly #runtime: Runtime;
  readonly #token: string;
  readonly #current: () => CellMap | null;
  readonly #routers = new Map<string, RpcClient>();

  constructor(runtime: Runtime, token: string, current: () => CellMap | null) {
    this.#runtime = runtime;
    this.#token = token;
    this.#current = current;
  }

  setRouters(endpoints: readonly Endpoint[]): void {
    const wanted = new Map(endpoints.map((endpoint) => [`${endpoint.host}:${endpoint.port}`, endpoint]));
    for (const [key, client] of this.#routers) {
      if (wanted.has(key)) continue;
      client.close();
      this.#routers.delete(key);
    }
    for (const [key, connect] of wanted) if (!this.#routers.has(key)) this.#routers.set(key, this.#connect(connect));
  }

  /** Resolves when every router that is there has answered; a router's refusal is its own event. */
  async pushAll(): Promise<void> {
    await Promise.all([...this.#routers.values()].map((client) => this.#push(client)));
  }

  /** Resolves when all have answered, or after a moment: one that is slow gets the map all the same, and is waited for no longer. */
  async pushSoon(withinMs: number): Promise<void> {
    await Promise.race([this.pushAll(), wait(this.#runtime.time, withinMs)]);
  }

  /** Requests of a tenant that any router still waits for; one that does not answer counts none. */
  async inFlight(tenant: string): Promise<number> {
    const counts = await Promise.all(
      [...this.#routers.values()].map((client) =>
        client.call<{ readonly inFlight: number }>('tenant.inFlight', { tenant }, inFlightMs).then(
          ({ inFlight }) => inFlight,
          () => 0,
        ),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  close(): void {
    for (const client of this.#routers.values()) client.close();
  }

  #connect(connect: Endpoint): RpcClient {
    const client: RpcClient = this.#runtime.connect({
      connect,
      token: this.#token,
      reconnect: true,
      // A router that comes back need not wait for the next round.
      onConnect: () => queueMicrotask(() => void this.#push(client)),
    });
    return client;
  }

  async #push(client: RpcClient): Promise<void> {
    const map = this.#current();
    if (!map) return;
    const push: MapPush = { map, source: 'control' };
    await client.call('map.push', push, pushMs).catch(() => null);
  }
}
