import { join } from 'node:path';
import type { AuroraRole, AuroraSettings, AuroraStatus } from '../../../cells/aurora/contract.ts';
import { connectFramed, type FramedClient } from '../../../cells/protocol/client.ts';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import { freeEndpoints, partConfig, startPart, type PartProcess } from '../../support/part-process.ts';
import { eventually } from '../../support/until.ts';

export const seedTenants = [{ id: 't01', epoch: 1 }];

/** The two Aurora instances of a cell as real processes on one volume, and a caller beside each. */
export class AuroraPair {
  readonly volume: string;
  readonly #folder: string;
  readonly endpoints: readonly Endpoint[];
  readonly #settings: AuroraSettings;
  readonly #clients: FramedClient[] = [];
  readonly parts: PartProcess[] = [];

  private constructor(folder: string, endpoints: readonly Endpoint[], failoverMs: number) {
    this.#folder = folder;
    this.endpoints = endpoints;
    this.#settings = { seedTenants, failoverMs };
    this.volume = join(folder, 'volume');
  }

  static async in(folder: string, failoverMs = 1000): Promise<AuroraPair> {
    return new AuroraPair(folder, await freeEndpoints(2), failoverMs);
  }

  /** Starts instance 1 or 2; `peer`: whom it takes for the other. */
  async start(index: 1 | 2, peer = this.endpoints[2 - index]!): Promise<PartProcess> {
    const config = partConfig<AuroraSettings>(this.#folder, {
      address: `a/aurora/${index}`,
      listen: this.endpoints[index - 1]!,
      upstreams: { peer: [peer] },
      volume: this.volume,
      settings: this.#settings,
    });
    const part = await startPart('cells/aurora/main.ts', this.#folder, config);
    this.parts.push(part);
    return part;
  }

  async connect(index: 1 | 2): Promise<FramedClient> {
    const client = await connectFramed({ connect: this.endpoints[index - 1]!, token: 'secret' });
    this.#clients.push(client);
    return client;
  }

  /** What an instance says of itself; null where it does not answer. */
  async status(index: 1 | 2): Promise<AuroraStatus | null> {
    try {
      const client = await connectFramed({ connect: this.endpoints[index - 1]!, token: 'secret' });
      return await client.call<AuroraStatus>('status', {}, 300).finally(() => client.close());
    } catch {
      return null;
    }
  }

  async role(index: 1 | 2): Promise<AuroraRole['role'] | 'down'> {
    return (await this.status(index))?.role ?? 'down';
  }

  becomes(index: 1 | 2, role: AuroraRole['role'], withinMs = 10_000): Promise<unknown> {
    return eventually(`aurora/${index} is ${role}`, async () => (await this.role(index)) === role, withinMs);
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.close();
    await Promise.all(this.parts.map((part) => part.kill()));
  }
}

export function put(
  client: FramedClient,
  row: string,
  value: unknown,
  more: object = {},
): Promise<{ version: number }> {
  const args = { tenant: 't01', epoch: 1, sheet: 's', row, value, key: null, bodyHash: '', ...more };
  return client.call('tx', { name: 'row.put', args });
}

export function get(client: FramedClient, row: string): Promise<{ kind: string; value?: unknown; version?: number }> {
  return client.call('read', { name: 'row.get', args: { tenant: 't01', epoch: 1, sheet: 's', row } });
}

/** Writes rows `<name>0`, `<name>1`, … until told to stop or its connection ends; `acknowledged` are those that were answered. */
export function writeOn(client: FramedClient, lanes: number, name = 'r') {
  const acknowledged: string[] = [];
  const refused: string[] = [];
  let next = 0;
  let on = true;
  const lane = async () => {
    while (on && client.connected) {
      const row = `${name}${next++}`;
      try {
        await put(client, row, { row, filling: 'x'.repeat(200) });
        acknowledged.push(row);
      } catch (error) {
        refused.push((error as { code: string }).code);
        if (refused.at(-1) !== 'failed') break;
      }
    }
  };
  const ended = Promise.all(Array.from({ length: lanes }, lane));
  return {
    acknowledged,
    refused,
    ended,
    async stop() {
      on = false;
      await ended;
    },
  };
}

/** Those of the rows that the instance does not give back. */
export async function missing(client: FramedClient, rows: readonly string[]): Promise<string[]> {
  const found = await Promise.all(rows.map(async (row) => ((await get(client, row)).kind === 'ok' ? null : row)));
  return found.filter((row) => row !== null);
}
